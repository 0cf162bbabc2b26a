"""The health check of the container finds the server at its port and base path."""

import pytest

from tools.check_health import health_address


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, "http://localhost:8501/_stcore/health"),
        (
            {"STREAMLIT_SERVER_PORT": "80", "STREAMLIT_SERVER_BASE_URL_PATH": "/mnist/"},
            "http://localhost:80/mnist/_stcore/health",
        ),
    ],
)
def test_the_address_follows_the_settings_of_the_server(
    environment: dict[str, str], address: str
) -> None:
    assert health_address(environment) == address
