"""The settings of forecasts."""

from dataclasses import dataclass

from graphql_api.config import Settings, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastsSettings:
    """The slice's table of settings."""

    forecasts_updates: bool = setting(
        False,  # noqa: FBT003
        "Forecast coming race days and train models on a schedule in this server. Requires the extra `forecast` and "
        "a first model (`graphql-api forecast run`)",
    )
    forecasts_retrain_days: int = setting(
        28, "Number of days with new results after which the job trains a new model", minimum=1
    )
    forecasts_ttl: float = setting(300.0, "Seconds until the forecasts of a race day are read from the storage again")
    forecasts_bytes: int = setting(64 * 2**20, "Maximum memory of the forecasts of race days, in bytes", minimum=1)
    forecasts_threads: int = setting(
        1, "Number of threads for the features and the training of forecasts. It does not change results", minimum=1
    )
    forecasts_memory_bytes: int = setting(
        2**30, "Maximum memory of DuckDB while it computes features for forecasts, in bytes", minimum=2**26
    )
    forecasts_tracking: str = setting(
        "",
        "URI of the MLflow tracking server or database that receives training runs, for example "
        "`sqlite:///mlflow.db`. Empty: `MLFLOW_TRACKING_URI`; without both, runs are not sent",
    )


def is_updating(settings: Settings) -> bool:
    """Return whether the plain server runs the jobs of forecasts."""
    return settings.of(ForecastsSettings).forecasts_updates
