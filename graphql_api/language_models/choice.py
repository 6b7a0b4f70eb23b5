"""Opens the model of the settings. Modules of other providers are not imported."""

from graphql_api.language_models.protocol import LanguageModel
from graphql_api.language_models.settings import ModelChoice
from graphql_api.storage.secret import Secret


def open_model(choice: ModelChoice, region: str) -> LanguageModel | None:
    """Return the chosen model, which is not connected yet. None for the provider ``template``."""
    if choice.provider == "bedrock":
        from graphql_api.language_models.bedrock import Bedrock

        return Bedrock(choice.model, region, choice.timeout)
    if choice.provider == "http":
        from graphql_api.language_models.http import HttpModel

        return HttpModel(choice, Secret(choice.api_key, region))
    return None
