"""The SQL that dbt compiled for DuckDB, as Apache Spark reads it.

sqlglot knows both languages; the rules below say what it does not, each with what differs. Most
need the types of what they look at, so the columns of every table that is read must be told.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.dialects import DuckDB
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

Columns = Mapping[str, Mapping[str, Mapping[str, str]]]
"""schema -> table -> column -> its type in DuckDB"""
Rule = Callable[[Any], exp.Expression]

GIVEN = ("landing", "stg_meta__changed_from")
"""what DuckDB hands over: a layer, and what is known of the last build, of which nothing is kept"""
Kind = exp.DataType.Type
WHOLE = {*exp.DataType.INTEGER_TYPES}
TEXT = {*exp.DataType.TEXT_TYPES, Kind.UNKNOWN}
NAIVE = {Kind.TIMESTAMP, Kind.TIMESTAMPNTZ, Kind.DATETIME}
KNOWN: dict[type[exp.Expression], Any] = {
    **DuckDB.EXPRESSION_METADATA,
    **{
        each: {"annotator": lambda types, node: types._annotate_by_args(node, "this")}
        for each in (exp.ArgMax, exp.ArgMin, exp.ArrayDistinct, exp.ArraySort, exp.Flatten)
    },
    **{each: {"returns": Kind.ARRAY} for each in (exp.ArrayFilter, exp.Transform)},
    **{
        each: {"returns": Kind.TEXT}
        for each in (exp.JSONExtractScalar, exp.RegexpReplace, exp.Upper)
    },
    exp.Median: {"returns": Kind.DOUBLE},
}
"""types that functions return, which sqlglot does not tell"""
EACH = ("key", "value", "id")
"""columns of json_each() that models read"""
FORMATS = {
    "%Y": "yyyy",
    "%m": "M",
    "%d": "d",
    "%H": "H",
    "%I": "h",
    "%M": "m",
    "%S": "s",
    "%p": "a",
    "%b": "MMM",
    "%B": "MMMM",
    "%f": "[SSSSSS][SSS]",
    "%z": "[XXX][XX][X]",
    # letters that stand for themselves
    "T": "'T'",
    "Z": "'Z'",
}
"""what Spark's formats of dates say for what DuckDB's do"""
LETTER = re.compile("%[a-zA-Z]|[TZ]")


def columns_of(build: duckdb.DuckDBPyConnection) -> Columns:
    """Return the type of every column of a build."""
    columns: dict[str, dict[str, dict[str, str]]] = {}
    for schema, table, column, kind in build.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns()"
        " where not internal and database_name = current_database()"
        " order by schema_name, table_name, column_index"
    ).fetchall():
        columns.setdefault(schema, {}).setdefault(table, {})[column] = kind
    return columns


def spark_sql(query: str, columns: Columns) -> str:
    """Return a query of DuckDB as one of Spark, tables named by schema and name.

    Raises:
        sqlglot.errors.SqlglotError: the query is not understood, or reads what `columns` lacks.

    """
    tree = sqlglot.parse_one(query, dialect="duckdb")
    for table in tree.find_all(exp.Table):
        table.set("catalog", None)
        if _is_json_each(table):
            # else nobody knows its columns
            table.args["alias"].set("columns", [exp.to_identifier(name) for name in EACH])
    for part in tree.find_all(exp.CTE):
        # Spark never copies what is read more than once
        part.set("materialized", None)
    for window in tree.find_all(exp.Window):
        _named_window(window)
    tree = qualify(
        tree,
        schema=columns,
        dialect="duckdb",
        quote_identifiers=False,
        validate_qualify_columns=False,
    )
    # before types are told, which sqlglot does by position
    for union in tree.find_all(exp.Union):
        _put_in_order(union)
    tree = annotate_types(tree, schema=columns, expression_metadata=KNOWN, dialect="duckdb")
    for node in reversed(list(tree.bfs())):
        rule = RULES.get(type(node))
        new = rule(node) if rule else node
        if new is not node:
            new.type = new.type or node.type
            node.replace(new)
            tree = new if node is tree else tree
    return str(tree.sql("spark", pretty=True, identify=True))


def spark_type(kind: str) -> str:
    """Return a type of DuckDB as Spark's."""
    return str(_type(exp.DataType.build(kind, dialect="duckdb")).sql("spark"))


def _of(node: exp.Expression | None) -> Any:
    kind = node.type if node is not None else None
    return kind.this if isinstance(kind, exp.DataType) else Kind.UNKNOWN


def _call(name: str, *arguments: Any) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=[exp.convert(each) for each in arguments])


def _cast(node: exp.Expression, kind: str) -> exp.Cast:
    return exp.Cast(this=node, to=exp.DataType.build(kind, dialect="spark"))


def _type(kind: exp.DataType) -> exp.DataType:
    """HUGEINT and JSON are no types of Spark, and its TIMESTAMP has a zone."""
    kind = kind.copy()
    for each in kind.find_all(exp.DataType):
        if each.this in {Kind.INT128, Kind.UINT128, Kind.BIGDECIMAL}:
            each.replace(exp.DataType.build("decimal(38, 0)"))
        elif each.this == Kind.JSON:
            each.set("this", Kind.TEXT)
        elif each.this in NAIVE:
            each.set("this", Kind.TIMESTAMPNTZ)
    return exp.DataType.build("decimal(38, 0)") if kind.this == Kind.INT128 else kind


def _casted(node: exp.Cast) -> exp.Expression:
    """To whole numbers DuckDB rounds, doubles half to even; Spark cuts off."""
    exploded = _exploded(node)
    if exploded is not None:
        return exploded
    was, becomes = _of(node.this), node.to.this
    if becomes in WHOLE and was in {Kind.DOUBLE, Kind.FLOAT}:
        node.set("this", _call("rint", node.this.copy()))
    elif becomes in WHOLE and was == Kind.DECIMAL:
        node.set("this", _call("round", node.this.copy()))
    elif becomes == Kind.JSON and was in TEXT | {Kind.JSON}:
        return node.this
    elif becomes == Kind.ARRAY and was in TEXT | {Kind.JSON}:
        # Spark casts no text to lists
        return _call("from_json", node.this.copy(), _type(node.to).sql("spark"))
    node.set("to", _type(node.to))
    return node


def _divided(node: exp.Div) -> exp.Expression:
    """Of decimals DuckDB makes a double, Spark a decimal of few digits."""
    # sqlglot takes 0.5 for a double, too
    if not isinstance(node.this, exp.Column) or _of(node.this) != Kind.DOUBLE:
        node.set("this", _cast(node.this.copy(), "double"))
    return node


def _averaged(node: exp.Avg) -> exp.Expression:
    """Of decimals DuckDB makes a double, from their exact sum; Spark a decimal of few digits."""
    kind = _of(node.this)
    if kind in {Kind.DOUBLE, Kind.FLOAT} or isinstance(node.this, exp.Distinct):
        return node
    # doubles that are added up may end on the other side of half a cent
    if kind == Kind.DECIMAL and not isinstance(node.parent, exp.Window | exp.Filter):
        return _cast(exp.Avg(this=_cast(node.this.copy(), "decimal(38, 16)")), "double")
    node.set("this", _cast(node.this.copy(), "double"))
    return node


def _subtracted(node: exp.Sub) -> exp.Expression:
    """Make a number of a day less a day, which is an interval in Spark."""
    if _of(node.this) == Kind.DATE and _of(node.expression) == Kind.DATE:
        return _typed(_call("datediff", node.this.copy(), node.expression.copy()), "bigint")
    return _moved(node)


def _moved(node: exp.Add | exp.Sub) -> exp.Expression:
    """To a day Spark adds integers only, no bigints."""
    other = node.expression
    if _of(node.this) == Kind.DATE and _of(other) not in {Kind.INTERVAL, Kind.UNKNOWN}:
        if not isinstance(other, exp.Literal):
            node.set("expression", _cast(exp.paren(other.copy()), "int"))
        node.type = exp.DataType.build("date")
    return node


def _typed(node: exp.Expression, kind: str) -> exp.Expression:
    node.type = exp.DataType.build(kind)
    return node


def _first_known(node: exp.ArgMax | exp.ArgMin) -> exp.Expression:
    """DuckDB passes over rows in which the value asked for is null, Spark answers null."""
    node.type = node.this.type
    known = exp.Not(this=exp.Is(this=node.this.copy(), expression=exp.null()))
    above = node.parent
    if isinstance(above, exp.Filter):
        where = above.args["expression"]
        where.set("this", exp.and_(where.this.copy(), known))
        return node
    return exp.Filter(this=node.copy(), expression=exp.Where(this=known))


def _json(node: exp.JSONExtractScalar) -> exp.Expression:
    """Paths may come from columns; with a wildcard they find a list; `null` itself is null."""
    path = node.expression
    if not isinstance(path, exp.JSONPath):
        return _call("get_json_object", node.this.copy(), _call("concat", "$['", path.copy(), "']"))
    if path.find(exp.JSONPathWildcard) is None:
        is_root = len(path.expressions) == 1
        return exp.Nullif(this=node.copy(), expression=exp.convert("null")) if is_root else node
    told = "$"
    for step in path.expressions[1:]:
        any_of = isinstance(step.this, exp.JSONPathWildcard)
        is_key = isinstance(step, exp.JSONPathKey)
        told += f".{'*' if any_of else step.this}" if is_key else "[*]"
    return _typed(_call("json_texts", node.this.copy(), told), "array<text>")


def _element(node: exp.Bracket) -> exp.Expression:
    """Spark has no [] for parts of texts, and fails where a list is shorter."""
    whole, index = node.this.copy(), node.expressions[0].copy()
    if isinstance(index, exp.Slice):
        return _call("substring", whole, index.this)
    # sqlglot has made 0 of 1, but left what is no literal
    if not isinstance(index, exp.Literal):
        index = exp.Sub(this=exp.paren(index), expression=exp.convert(1))
    is_list = isinstance(node.this, exp.Anonymous | exp.Filter | exp.ArrayFilter)
    if _of(node.this) in TEXT and not is_list:
        return _call("substring", whole, exp.Add(this=index, expression=exp.convert(1)), 1)
    return _call("get", whole, index)


def _matched(node: exp.RegexpFullMatch) -> exp.Expression:
    """Spark only looks for patterns inside."""
    return exp.RegexpLike(
        this=node.this.copy(), expression=exp.convert(f"^(?:{node.expression.name})\\z")
    )


def _replaced(node: exp.RegexpReplace) -> exp.Expression:
    """Name the groups of a pattern with a $ instead of a backslash."""
    replacement = node.args["replacement"]
    if isinstance(replacement, exp.Literal):
        text = replacement.name.replace("$", "\\$")
        for group in range(1, 10):
            text = text.replace(f"\\{group}", f"${group}")
        node.set("replacement", exp.convert(text))
    return node


def _listed(node: exp.ArrayAgg | exp.Filter) -> exp.Expression:
    """DuckDB's lists keep order and nulls, and of no rows they are null; Spark's are neither."""
    made = node.this if isinstance(node, exp.Filter) else node
    if not isinstance(made, exp.ArrayAgg) or (node is made and isinstance(node.parent, exp.Filter)):
        return node
    inner = made.this
    keys = inner.expressions if isinstance(inner, exp.Order) else []
    inner = inner.this if keys else inner
    is_distinct = isinstance(inner, exp.Distinct)
    inner = inner.expressions[0] if is_distinct else inner
    is_sorted = [key.this.sql() for key in keys] == [inner.sql()]
    if keys and not is_sorted:
        fields = [exp.alias_(key.this.copy(), f"k{i}") for i, key in enumerate(keys)]
        inner = exp.Struct(expressions=[*fields, exp.alias_(inner.copy(), "v")])
    collected: exp.Expression = _call("collect_list", inner.copy())
    if isinstance(node, exp.Filter):
        collected = exp.Filter(this=collected, expression=node.expression.copy())
    collected = exp.RespectNulls(this=collected)
    if is_distinct:
        collected = _call("array_distinct", collected)
    if keys:
        collected = _call("array_sort", collected)
    if keys and not is_sorted:
        element = exp.Dot(this=exp.to_identifier("e"), expression=exp.to_identifier("v"))
        collected = _call(
            "transform", collected, exp.Lambda(this=element, expressions=[exp.to_identifier("e")])
        )
    return _call("nullif", collected, _call("array"))


def _aggregate(node: exp.GroupConcat | exp.ArrayAgg | exp.Filter) -> exp.Expression:
    """Join different texts as a list: of listagg() with `distinct` and a filter Spark 4.3 fails."""
    made = node.this if isinstance(node, exp.Filter) else node
    if not isinstance(made, exp.GroupConcat):
        return _listed(node)
    if made.find(exp.Distinct) is None or (isinstance(made.parent, exp.Filter) and node is made):
        return node
    known = made.this.find(exp.Distinct).expressions[0]
    is_known = exp.Not(this=exp.Is(this=known.copy(), expression=exp.null()))
    where = exp.and_(node.expression.this.copy(), is_known) if node is not made else is_known
    listed = exp.Filter(this=exp.ArrayAgg(this=made.this.copy()), expression=exp.Where(this=where))
    return _call("array_join", _listed(listed), made.args["separator"].copy())


def _any(node: exp.IgnoreNulls) -> exp.Expression:
    """Of any_value() Spark takes this as an argument only where there is a filter too."""
    if not isinstance(node.this, exp.AnyValue):
        return node
    return _call("any_value", node.this.this.copy(), exp.true())


def _named_window(node: exp.Window) -> None:
    """Spark takes no frame of its own for a window that has a name."""
    name = node.args.get("alias")
    select = node.find_ancestor(exp.Select)
    if name is None or isinstance(node.parent, exp.Select):
        return
    for named in select.args.get("windows") or []:
        if named.name == name.name:
            node.set("partition_by", [each.copy() for each in named.args.get("partition_by") or []])
            if named.args.get("order"):
                node.set("order", named.args["order"].copy())
            if named.args.get("spec") and not node.args.get("spec"):
                node.set("spec", named.args["spec"].copy())
            node.set("alias", None)


def _qualified(node: exp.Select) -> exp.Expression:
    """Spark's `qualify`, which is new, knows no sums of groups."""
    qualify = node.args.get("qualify")
    if qualify is None:
        return node
    names = node.named_selects
    inner = node.copy()
    inner.set("qualify", None)
    inner = inner.select(exp.alias_(qualify.this.copy(), "_kept"), copy=False)
    outer = exp.select(*(exp.column(name, quoted=True) for name in names))
    return outer.from_(inner.subquery("_t")).where(exp.column("_kept"))


def _windowed(node: exp.Window) -> exp.Expression:
    """Spark counts no different values in windows."""
    counted = node.this
    if not (isinstance(counted, exp.Count) and isinstance(counted.this, exp.Distinct)):
        return node
    window = node.copy()
    window.set("this", _call("collect_set", counted.this.expressions[0].copy()))
    return _call("size", window)


def _median(node: exp.Median) -> exp.Expression:
    """Spark takes no frame for its median()."""
    return _call("percentile", node.this.copy(), exp.Literal.number("0.5"))


def _put_in_order(node: exp.Union) -> None:
    """Spark has no `union by name`."""
    if not node.args.get("by_name"):
        return
    sides: list[exp.Expression] = [node]
    while any(isinstance(side, exp.Union) for side in sides):
        sides = [
            part
            for side in sides
            for part in ((side.left, side.right) if isinstance(side, exp.Union) else (side,))
        ]
    names = dict.fromkeys(name for side in sides for name in side.named_selects)
    for side in sides:
        selects = {each.alias_or_name: each for each in side.selects}
        side.set("expressions", [selects.get(n) or exp.alias_(exp.null(), n) for n in names])
    node.set("by_name", False)


def _exploded(node: exp.Cast) -> exp.Expression | None:
    """Spark makes rows at the top of a column alone: cast the list, not its elements."""
    if not isinstance(node.this, exp.Explode):
        return None
    whole = exp.DataType(this=Kind.ARRAY, expressions=[_type(node.to)], nested=True)
    return exp.Explode(this=exp.Cast(this=node.this.this.copy(), to=whole))


def _series(node: exp.GenerateSeries) -> exp.Expression:
    """Where it would end before it begins, Spark counts backwards."""
    start, end = node.args["start"], node.args["end"]
    if isinstance(start, exp.Literal) and isinstance(end, exp.Literal):
        return node
    return exp.Case(
        ifs=[exp.If(this=exp.LTE(this=start.copy(), expression=end.copy()), true=node.copy())],
        default=_call("array"),
    )


def _part_of_date(node: exp.Extract) -> exp.Expression:
    """Spark's day of the week from Monday has another name."""
    if node.name.lower() == "isodow":
        node.set("this", exp.var("DAYOFWEEK_ISO"))
    return node


def _formatted(node: exp.Format) -> exp.Expression:
    """DuckDB knows Python's formats, Spark those of C."""
    template = node.this.name
    if template.startswith("{:,.") and template.endswith("f}"):
        return _call("format_number", node.expressions[0].copy(), int(template[4:-2]))
    return node


def _finite(node: exp.Anonymous) -> exp.Expression:
    # NaN is above infinity
    return exp.LT(
        this=_call("abs", node.expressions[0].copy()), expression=_call("double", "infinity")
    )


def _read_time(node: exp.Anonymous) -> exp.Expression:
    """Spark takes one format at a time, in its own letters."""
    text, told = node.expressions
    formats = [each.name for each in (told.expressions if isinstance(told, exp.Array) else [told])]
    tries = [
        _call("try_to_timestamp", text.copy(), LETTER.sub(lambda found: FORMATS[found[0]], each))
        for each in formats
    ]
    made = exp.Coalesce(this=tries[0], expressions=tries[1:])
    if any("%z" in each for each in formats):
        return _typed(made, "timestamptz")
    return _typed(_cast(made, "timestamp_ntz"), "timestamp")


def _in_zone(node: exp.Anonymous) -> exp.Expression:
    """Of a moment the wall's time in a zone, of a wall's time the moment."""
    zone, moment = node.expressions
    if _of(moment) in NAIVE:
        made = _cast(
            _call("to_utc_timestamp", _cast(moment.copy(), "timestamp"), zone.copy()), "timestamp"
        )
        return _typed(made, "timestamptz")
    made = _cast(_call("from_utc_timestamp", moment.copy(), zone.copy()), "timestamp_ntz")
    return _typed(made, "timestamp")


def _moment(node: exp.UnixToTime) -> exp.Expression:
    return _typed(_call("timestamp_seconds", node.this.copy()), "timestamptz")


def _length(node: exp.Length) -> exp.Expression:
    """Spark's length is of texts alone."""
    return _call("size", node.this.copy()) if _of(node.this) == Kind.ARRAY else node


def _is_json_each(node: exp.Table) -> bool:
    return isinstance(node.this, exp.Anonymous) and node.this.name == "json_each"


def _each(node: exp.Table) -> exp.Expression:
    """json_each() of DuckDB is a function of tables, Spark has one for variants."""
    if not _is_json_each(node):
        return node
    text = node.this.expressions[0].sql("spark", identify=True)
    source = (
        "select coalesce(key, cast(pos as string)) as key, to_json(value) as value,"
        f" coalesce(array_position(json_object_keys({text}), key), pos) as id"
        f" from variant_explode(parse_json({text}))"
    )
    alias = exp.TableAlias(this=exp.to_identifier(node.alias))
    return exp.Lateral(this=exp.var(f"({source})"), alias=alias)


def _structs(node: exp.FromJson) -> exp.Expression:
    """Spark names the types of what is in JSON in SQL."""
    shape = json.loads(node.expression.name)[0]
    fields = ", ".join(f"{name}: {spark_type(kind)}" for name, kind in shape.items())
    return _call("from_json", node.this.copy(), f"array<struct<{fields}>>")


def _groups(node: exp.RegexpExtract) -> exp.Expression:
    """Several groups at once are a struct in DuckDB."""
    names = node.args.get("group")
    if not isinstance(names, exp.Array):
        return node
    return exp.Struct(
        expressions=[
            exp.alias_(
                _call("regexp_extract", node.this.copy(), node.expression.copy(), place), name.name
            )
            for place, name in enumerate(names.expressions, 1)
        ]
    )


def _aggregated(start: str, finish: str) -> Rule:
    """Spark has no sum of a list; DuckDB's passes over nulls, and of nothing it is null."""

    def rule(node: exp.Anonymous) -> exp.Expression:
        text = node.expressions[0].sql("spark", identify=True)
        known = f"filter({text}, x -> x is not null)"
        total = f"aggregate({known}, {start}, (t, x) -> t + cast(x as double))"
        return exp.var(f"case when size({known}) > 0 then {total}{finish.format(known)} end")

    return rule


ANONYMOUS: dict[str, Rule] = {
    "list_sum": _aggregated("0D", ""),
    "list_avg": _aggregated("0D", " / size({})"),
    "json_array_length": lambda node: _call(
        "json_array_length",
        _call("get_json_object", *[e.copy() for e in node.expressions]),
    ),
    "isfinite": _finite,
    "try_strptime": _read_time,
    "timezone": _in_zone,
    "list_intersect": lambda node: _typed(
        _call("array_intersect", *[e.copy() for e in node.expressions]), "array<text>"
    ),
    "list_position": lambda node: exp.Nullif(
        this=_call("array_position", *[e.copy() for e in node.expressions]),
        expression=exp.convert(0),
    ),
    # what a build is told of the last one, which Spark makes anew
    "getvariable": lambda _: exp.null(),
    "to_months": lambda node: _call("make_ym_interval", 0, node.expressions[0].copy()),
    "printf": lambda node: _call("format_string", *[e.copy() for e in node.expressions]),
}


def _called(node: exp.Anonymous) -> exp.Expression:
    rule = ANONYMOUS.get(str(node.this).lower())
    return rule(node) if rule else node


RULES: dict[type[exp.Expression], Rule] = {
    exp.Cast: _casted,
    exp.TryCast: _casted,
    exp.Div: _divided,
    exp.Avg: _averaged,
    exp.Sub: _subtracted,
    exp.Add: _moved,
    exp.ArgMax: _first_known,
    exp.ArgMin: _first_known,
    exp.JSONExtractScalar: _json,
    exp.Bracket: _element,
    exp.RegexpFullMatch: _matched,
    exp.RegexpReplace: _replaced,
    exp.ArrayAgg: _aggregate,
    exp.GroupConcat: _aggregate,
    exp.Filter: _aggregate,
    exp.IgnoreNulls: _any,
    exp.Select: _qualified,
    exp.Window: _windowed,
    exp.Median: _median,
    exp.GenerateSeries: _series,
    exp.Extract: _part_of_date,
    exp.FromJson: _structs,
    exp.RegexpExtract: _groups,
    exp.Format: _formatted,
    exp.UnixToTime: _moment,
    exp.Length: _length,
    exp.Table: _each,
    exp.Anonymous: _called,
}
