import pytest

from python_jobs.decisions.rules.catalogue import default_parameters


@pytest.fixture(scope="session")
def parameters():
    """The defaults; the rules' cases are calculated with them."""
    return default_parameters()
