-- core_fold(original)
--
-- Promises: returns the text as it is compared when people search: in lower case, without accents, with special letters and
--     signs written as most people type them. "Zürich", "zurich" and "ZURICH" become the same, as do "Łódź" and "lodz",
--     "Straße" and "strasse", "rock’n’roll" and "rock'n'roll". It doesn't need the extension unaccent, which is not
--     installed everywhere, and whose function can't be used in generated columns because its rules may change.
-- Locks: none.
-- Called by: the lookup `folded` (core/text/folding.py), the search columns of events (events/sql/search_columns.sql).
--
-- Stored columns depend on it, so it can't be dropped and is replaced instead. After a change of the rules, a migration must
-- also write these columns anew: ALTER TABLE … ALTER COLUMN … SET EXPRESSION, or drop and add them before Postgres 17.

CREATE OR REPLACE FUNCTION core_fold(original text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        -- As many bytes as characters: ASCII, which takes a fraction of the time.
        WHEN octet_length(original) = length(original) THEN translate(lower(original), '`', '''')
        ELSE normalize(
            replace(replace(replace(replace(
                translate(
                    lower(regexp_replace(
                        normalize(translate(original, '’‘ʼ`´‐‑–—', '''''''''''----'), NFKD), '[\u0300-\u036f]', '', 'g'
                    )),
                    'øđðħıłŧŋς', 'oddhiltnσ'
                ),
                'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
            NFKC
        )
    END
$$;
