select
    findings.account_id,
    findings.rank,
    findings.severity,
    findings.entity_level,
    coalesce(findings.entity_name, findings.entity_id) as entity_name,
    findings.what,
    findings.evidence,
    findings.fix,
    findings.money_at_stake,
    findings.money_low,
    findings.money_high,
    findings.confidence,
    findings.what_would_change_our_mind
from results.audit_findings as findings
order by findings.account_id, findings.rank
