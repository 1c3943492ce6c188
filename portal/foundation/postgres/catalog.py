"""What PostgreSQL's catalog says about rights of the portal's roles, as one query over statements.

Months of the touchpoint log are left out: they are made as time passes, and rights on the whole table suffice.
"""

from __future__ import annotations

_WHO = "g.rolname in ('portal_customer', 'portal_books')"
_LIST = "string_agg(lower(a.privilege_type), ', ' order by a.privilege_type)"
_OURS = "c.relnamespace = 'public'::regnamespace and not c.relispartition"


def _explode(acl: str) -> str:
    return f"cross join lateral aclexplode({acl}) as a join pg_roles g on g.oid = a.grantee"


_SCHEMA = f"""
select format('grant %s on schema %I to %I', {_LIST}, n.nspname, g.rolname) as given
  from pg_namespace n {_explode("n.nspacl")} where {_WHO} and n.nspname = 'public' group by n.nspname, g.rolname
"""
_TABLES = f"""
select format('grant %s on %s%I to %I', {_LIST}, case c.relkind when 'S' then 'sequence ' else '' end, c.relname, g.rolname)
  from pg_class c {_explode("c.relacl")} where {_WHO} and {_OURS} group by c.relname, c.relkind, g.rolname
"""
# One statement for each kind of right on columns.
_COLUMNS = f"""
select format('grant %s (%s) on %I to %I', lower(a.privilege_type),
              string_agg(quote_ident(t.attname), ', ' order by t.attname), c.relname, g.rolname)
  from pg_class c join pg_attribute t on t.attrelid = c.oid and not t.attisdropped {_explode("t.attacl")}
 where {_WHO} and {_OURS} group by c.relname, g.rolname, a.privilege_type
"""
_FUNCTIONS = f"""
select format('grant execute on function %I(%s) to %I', f.proname, pg_get_function_identity_arguments(f.oid), g.rolname)
  from pg_proc f {_explode("f.proacl")} where {_WHO} and f.pronamespace = 'public'::regnamespace
"""
_DEFAULTS = f"""
select format('alter default privileges in schema public grant %s on %s to %I', {_LIST},
              case d.defaclobjtype when 'S' then 'sequences' when 'f' then 'functions' else 'tables' end, g.rolname)
  from pg_default_acl d {_explode("d.defaclacl")} where {_WHO} and d.defaclnamespace = 'public'::regnamespace
 group by d.oid, d.defaclobjtype, g.rolname
"""
_MEMBERS = """
select 'grant portal_customer to portal_books' from pg_auth_members m
 where m.roleid = to_regrole('portal_customer') and m.member = to_regrole('portal_books')
"""
_POLICY = """
format('create policy %I on %I for %s to %s', p.policyname, p.tablename, lower(p.cmd),
       (select string_agg(quote_ident(r), ', ' order by r) from unnest(p.roles) as r))
"""
_CONDITIONS = r"""
coalesce(' using (' || regexp_replace(p.qual, '\s+', ' ', 'g') || ')', '')
|| coalesce(' with check (' || regexp_replace(p.with_check, '\s+', ' ', 'g') || ')', '')
"""
_SHARED = (_SCHEMA, _TABLES, _COLUMNS, _FUNCTIONS, _DEFAULTS, _MEMBERS)


def _query(policy: str) -> str:
    return " union ".join([*_SHARED, f"select {policy} from pg_policies p where p.schemaname = 'public'"])


# The column ``given``: policies without their conditions, and with them.
GIVEN = _query(_POLICY)
IN_FULL = _query(f"{_POLICY} || {_CONDITIONS}")
