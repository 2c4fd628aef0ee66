from typing import Literal

AlertsListState = Literal["cleared", "firing"]

ALERTS_LIST_STATE_VALUES: set[AlertsListState] = {
    "cleared",
    "firing",
}


def check_alerts_list_state(value: str) -> AlertsListState:
    if value in ALERTS_LIST_STATE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ALERTS_LIST_STATE_VALUES!r}")
