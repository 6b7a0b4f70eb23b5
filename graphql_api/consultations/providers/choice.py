"""Which provider answers, by the settings; that of another is never imported."""

from graphql_api.consultations.providers.protocol import Provider
from graphql_api.consultations.providers.template import Template
from graphql_api.consultations.settings import ConsultationsSettings


def open_provider(settings: ConsultationsSettings, region: str) -> Provider:
    """Return the provider that the settings name; it connects to nothing yet."""
    if settings.consultations_provider == "bedrock":
        from graphql_api.consultations.providers.bedrock import Bedrock

        return Bedrock(settings.consultations_model, region, settings.consultations_timeout)
    if settings.consultations_provider == "http":
        from graphql_api.consultations.providers.http import HttpModel

        return HttpModel(settings)
    return Template()
