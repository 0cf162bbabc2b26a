"""`info`: layers and parameters of a network."""

from tests.helpers.command_line import error_of, run, run_json


def test_parameters_and_layers_of_the_default_network() -> None:
    value = run_json("info")
    assert value["parameters"] == {"total": 14_000, "trainable": 13_800, "non_trainable": 200}
    assert sum(layer["parameters"] for layer in value["layers"]) == 14_000


def test_options_change_the_network() -> None:
    words = ["info", "--channels", "10,12,16", "--no-batch-norm", "--dropout", "0"]
    assert run_json(*words)["parameters"]["total"] == 11_022
    assert run(*words).splitlines()[-1] == "total 11,022: 11,022 trainable, 0 not"


def test_a_bad_plan_is_an_error() -> None:
    assert str(error_of("info", "--channels", "1,2")).startswith("channels: expected three whole")
