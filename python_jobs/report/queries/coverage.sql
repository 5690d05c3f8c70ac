-- detectors of mistakes that could not look, or not everywhere
select
    coverage.account_id,
    catalogue.what,
    coverage.entity_level,
    coverage.status,
    coverage.entities,
    coverage.entities_known
from results.audit_coverage as coverage
inner join results.detector_catalogue as catalogue on coverage.detector_id = catalogue.detector_id
where coverage.status not in ('checked', 'nothing to check')
order by coverage.account_id, coverage.status, coverage.detector_id
