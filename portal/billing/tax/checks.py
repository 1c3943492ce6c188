"""Regions that sales tax goes by."""

from __future__ import annotations

from portal.foundation.check import Check

CHECKS = (
    Check(
        "regions_are_taxed",
        "Where there are tax rates, every region of the US in an address or a store has one: a rate of 0 says that there is "
        "no tax.",
        """select case region when '' then 'no region' else region end, 'US', of, count(*), min(named)
             from (select a.region, 'address' as of, c.code || ' ' || a.label as named
                     from address a join company c on c.id = a.company_id
                    where a.country = 'US' and c.disabled_at is null
                    union all select region, 'store', code from store where country = 'US') p
            where exists (select from tax_rate)
              and not exists (select from tax_rate t where upper(t.region) = upper(p.region))
            group by region, of""",
    ),
)
