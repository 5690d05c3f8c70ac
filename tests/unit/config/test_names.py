import pytest

from python_jobs.config.names import check_names


@pytest.mark.parametrize("customer", ["moprobo", "a", "0", "a-b_c", "1-2"])
def test_plain_names_pass(customer):
    check_names(customer, "meta")


@pytest.mark.parametrize("customer", ["", "A", "-a", "_a", "a b", "a/b", "..", "a.b", "é", "a\n"])
def test_other_customers_are_refused(customer):
    with pytest.raises(ValueError, match="cannot name a customer"):
        check_names(customer, "meta")


@pytest.mark.parametrize("platform", ["", "Meta", "a-b", "a_b", "../x"])
def test_other_platforms_are_refused(platform):
    with pytest.raises(ValueError, match="cannot name a platform"):
        check_names("x", platform)
