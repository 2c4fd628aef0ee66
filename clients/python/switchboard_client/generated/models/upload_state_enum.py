from typing import Literal

UploadStateEnum = Literal["finished", "open", "refused"]

UPLOAD_STATE_ENUM_VALUES: set[UploadStateEnum] = {
    "finished",
    "open",
    "refused",
}


def check_upload_state_enum(value: str) -> UploadStateEnum:
    if value in UPLOAD_STATE_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {UPLOAD_STATE_ENUM_VALUES!r}")
