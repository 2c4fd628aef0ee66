from typing import Literal

AlertsListRuleItem = Literal[
    "dead_letters_open", "dead_letters_rising", "tokens_expired", "webhook_endpoints_failing", "webhook_endpoints_off"
]

ALERTS_LIST_RULE_ITEM_VALUES: set[AlertsListRuleItem] = {
    "dead_letters_open",
    "dead_letters_rising",
    "tokens_expired",
    "webhook_endpoints_failing",
    "webhook_endpoints_off",
}


def check_alerts_list_rule_item(value: str) -> AlertsListRuleItem:
    if value in ALERTS_LIST_RULE_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ALERTS_LIST_RULE_ITEM_VALUES!r}")
