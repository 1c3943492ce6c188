"""Every search compares folded text: without accents and case

Old code goes on working: it searches names as they are written, without an index.
"""

from __future__ import annotations

from alembic import op

from portal.foundation.wording import DOUBLE, LETTERS, MARKS

revision = "0024b"
down_revision = "0021b"
branch_labels = None
depends_on = None


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _fold() -> str:
    folded = f"translate(regexp_replace(normalize(words, NFKD), {_quoted(MARKS)}, '', 'g'), "
    folded += f"{_quoted(''.join(LETTERS))}, {_quoted(''.join(LETTERS.values()))})"
    for letter, two in DOUBLE.items():
        folded = f"replace({folded}, {_quoted(letter)}, {_quoted(two)})"
    return f"""
create function fold(words text) returns text language plpgsql immutable strict parallel safe as $$
begin
  if octet_length(words) = char_length(words) then
    return lower(words collate "C");
  end if;
  return {folded};
end $$
"""


SIMILAR_VARIANTS = """
create or replace function similar_variants(words text[]) returns table (variant_id bigint, likeness float8)
language plpgsql stable parallel safe
set enable_seqscan = off
set pg_trgm.word_similarity_threshold = '0.36' as $$
declare
  likeness text;
  all_words text;
begin
  select string_agg(format('word_similarity(%L, fold(name))', word), ' + '),
         string_agg(format('%L <%% fold(name)', word), ' and ')
    into likeness, all_words from unnest(words) as word;
  return query execute format(
    'with near as materialized (select id, (%s)::float8 / %s as likeness from variant where %s)
     select id, likeness from near where likeness >= 0.8 * (select max(likeness) from near)',
    likeness, cardinality(words), all_words);
end $$
"""
# Written by imports and read by every search, so nothing of variants may wait in the pending list.
INDEXES = {"variant": " with (fastupdate = off)", "colour": "", "company": "", "app_user": ""}


def upgrade() -> None:
    op.execute(_fold())
    op.execute(SIMILAR_VARIANTS)
    for table, how in INDEXES.items():
        op.execute(f"drop index ix_{table}_name_trgm")
        op.execute(f"create index ix_{table}_name_folded on {table} using gin (fold(name) gin_trgm_ops){how}")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
