"""The registration: who is judged (individual or organisation, H2H or M2M), when, where, and under which era."""

from __future__ import annotations

from datetime import date

import polars as pl

from thuebao.rulebook.columns import given

_HOUR = 3_600_000_000  # microseconds


def registration_facts(as_of: date, forced: date | None) -> dict[str, pl.Expr]:
    """Return the facts of the registration; `forced` is a day whose era judges every record."""
    return _who() | _when(as_of, forced) | _where() | _state(as_of)


def _who() -> dict[str, pl.Expr]:
    kind, connection = pl.col("subscriber_kind_code"), pl.col("connection_kind_code")
    kind_left_out, connection_left_out = ~pl.col("has_subscriber_kind"), ~pl.col("has_connection_kind")
    # A kind that is there and not recognised is neither the one nor the other.
    return {
        "is_organisation": _known(kind == "organisation") | (kind_left_out & pl.col("has_organisation_name")),
        "is_individual": _known(kind == "individual") | (kind_left_out & ~pl.col("has_organisation_name")),
        "_is_device_by_usage": connection_left_out
        & _known(pl.col("usage_kind_code") == "device")
        & pl.col("is_organisation"),
        "is_m2m": _known(connection == "m2m") | pl.col("_is_device_by_usage"),
        "is_h2h": _known(connection == "h2h") | (connection_left_out & ~pl.col("_is_device_by_usage")),
        "has_portrait": pl.col("has_portrait_ref") | pl.col("has_portrait_hash"),
        "portrait": pl.when(pl.col(given("portrait_hash"))).then("portrait_hash").otherwise("portrait_ref"),
    }


def _when(as_of: date, forced: date | None) -> dict[str, pl.Expr]:
    time = pl.col("registration_time")
    written = pl.max_horizontal(_end("registration_time", "registration_day"), _end("update_time", "update_day"))
    return {
        "as_of": pl.lit(as_of),
        "_law_day": pl.coalesce("registration_day", "update_day", pl.lit(as_of)),
        "_era_day": pl.lit(forced) if forced else pl.col("_law_day"),
        "registration_moment": pl.coalesce("registration_time", pl.col("registration_day").cast(pl.Datetime("us"))),
        "registration_month": pl.col("registration_day").dt.strftime("%Y-%m"),
        "registration_minute": time.dt.truncate("1m"),
        # A day without an hour counts to its end.
        "last_written_at": pl.when(pl.col("registration_day").is_not_null()).then(written),
        "portrait_hours_late": (pl.col("portrait_time") - pl.col("last_written_at")).dt.total_microseconds() / _HOUR,
        "service_before_registration": earlier("service_start", "registration"),
        "service_before_authentication": earlier("service_start", "authentication"),
    }


def _end(time: str, day: str) -> pl.Expr:
    return pl.coalesce(pl.col(time), pl.col(day).cast(pl.Datetime("us")) + pl.duration(days=1))


def earlier(one: str, other: str) -> pl.Expr:
    """Return whether one moment lies before another, by day where either has no time; NULL where either is unknown."""
    return pl.coalesce(pl.col(f"{one}_time") < pl.col(f"{other}_time"), pl.col(f"{one}_day") < pl.col(f"{other}_day"))


def _where() -> dict[str, pl.Expr]:
    return {
        "is_online": _known(pl.col("pos_kind_code") == "online"),
        # Of a kind that is not recognised nobody knows whether a point was there.
        "is_at_point": ~pl.col("has_pos_kind") | _known(pl.col("pos_kind_code") != "online"),
        "point_of_sale": pl.coalesce("pos_code", "pos_name", "pos_address"),
        # Where points are counted, not named: shops of one name may be many.
        "registration_point": pl.coalesce("pos_code", "pos_address", "pos_name"),
    }


def _state(as_of: date) -> dict[str, pl.Expr]:
    status, end = pl.col("status_code"), pl.col("termination_day")
    return {
        "is_in_use": _known(status != "terminated"),
        "is_terminated": _known(status == "terminated") | (status.is_null() & _known(end <= as_of)),
        # The end of those who are said to have ended, or of whom nothing else is said.
        "ended_day": pl.when(_known(status == "terminated") | ~pl.col("has_status")).then(end),
    }


def ended_before(day: date) -> pl.Expr:
    """Return whether a subscriber was gone before `day`; terminated on a day that is not known counts as that."""
    said = _known(pl.col("status_code") == "terminated")
    return _known(pl.col("ended_day") < day) | (said & pl.col("termination_day").is_null())


def past_retention(as_of: date, years: int) -> pl.Expr:
    """Return whether a subscriber ended more than so many years before the as-of day."""
    return _known(pl.col("ended_day").dt.offset_by(f"{years}y") < as_of)


def _known(condition: pl.Expr) -> pl.Expr:
    return condition.fill_null(value=False)
