-- Which audiences, countries, ages and placements pay, and how sure is that?
select
    segment_kind,
    segment,
    spend,
    spend_share,
    roas,
    roas_low,
    roas_high
from results.audience_segments
where segment_kind <> 'buyers'
order by segment_kind, roas desc;
