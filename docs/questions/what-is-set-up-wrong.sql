-- What is set up wrong, what does it cost a month, and how is it mended?
select
    rank,
    coalesce(entity_name, account_name) as entity,
    what,
    evidence,
    fix,
    money_at_stake,
    money_low,
    money_high,
    currency
from results.audit_findings
order by rank;
