"""The store in a bucket: everything works there as it does on disk. Played by moto's server on loopback."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from django.test import Client
from moto.server import ThreadedMotoServer

from foundation.errors import Unavailable
from foundation.secret import Secret
from media import storage
from media.checks import files_can_be_kept, files_can_be_looked_into, no_loopback_in_production
from media.files import StoredFile
from media.models import Media
from media.storage import store
from media.sweeping import sweep
from media.variants import Wanted, variant
from tests.media import making
from tests.media.conftest import Keep, files_in, send

KEY, SECRET = "a-key", "a-secret-canary"


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(moto: str, settings: Any) -> Iterator[Any]:
    requests.post(f"{moto}/moto-api/reset", timeout=10)
    client = boto3.client(
        "s3", endpoint_url=moto, aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name="us-east-1"
    )
    client.create_bucket(Bucket="files")
    settings.MEDIA_STORAGE, settings.S3_BUCKET, settings.S3_REGION = "s3", "files", "us-east-1"
    settings.S3_ENDPOINT_URL, settings.S3_PATH_STYLE, settings.S3_PREFIX = moto, True, "hub"
    settings.S3_ACCESS_KEY_ID, settings.S3_SECRET_ACCESS_KEY = KEY, Secret(SECRET)
    storage._bucket.cache_clear()
    yield client
    storage._bucket.cache_clear()


def names_in(bucket: Any) -> list[str]:
    return [entry["Key"] for entry in bucket.list_objects_v2(Bucket="files").get("Contents", [])]


def test_a_file_goes_to_the_bucket_and_nothing_stays_here(api: Client, bucket: Any, root: Path) -> None:
    assert send(api, making.picture()).status_code == 201
    assert names_in(bucket) == [f"hub/{Media.objects.get().storage_name}"]
    assert files_in(root) == []


def test_the_hub_hands_it_out_itself_so_that_platforms_need_follow_no_redirect(
    api: Client, client: Client, bucket: Any
) -> None:
    url = send(api, making.pdf(), "a.pdf").json()["url"]
    assert client.get(url).getvalue() == making.pdf()
    part = client.get(url, headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.getvalue()) == (206, making.pdf()[5:10])


def test_where_the_settings_say_so_the_bucket_hands_it_out(
    api: Client, client: Client, bucket: Any, settings: Any
) -> None:
    settings.MEDIA_S3_REDIRECT = True
    url = send(api, making.pdf(), "a.pdf").json()["url"]
    answer = client.get(url)
    assert answer.status_code == 302
    query = urlsplit(answer["Location"]).query
    assert 0 < int(query.partition("X-Amz-Expires=")[2].partition("&")[0]) <= settings.MEDIA_URL_LIFE.total_seconds()
    assert SECRET not in answer["Location"]
    fetched = requests.get(answer["Location"], timeout=10)
    assert (fetched.content, fetched.headers["Content-Type"]) == (making.pdf(), "application/pdf")


def test_its_bytes_can_be_read_twice_and_from_anywhere(keep: Keep, bucket: Any) -> None:
    with StoredFile.of(keep(making.pdf())).open() as stream:
        assert stream.read() == making.pdf()
        stream.seek(5)
        assert stream.read(3) == making.pdf()[5:8]


def test_an_upload_in_parts_works_in_a_bucket(api: Client, bucket: Any) -> None:
    content, tus = making.picture(size=(200, 200)), {"Tus-Resumable": "1.0.0"}
    begun = api.post("/api/media/uploads/", headers={**tus, "Upload-Length": str(len(content))})
    path = begun["Location"].removeprefix("http://testserver")
    for start, stop in ((0, 500), (500, len(content))):
        headers = {**tus, "Upload-Offset": str(start)}
        done = api.generic("PATCH", path, content[start:stop], "application/offset+octet-stream", headers=headers)
        assert done.status_code == 204, done.content
    media = Media.objects.get()
    sweep(now=media.last_used_at + timedelta(minutes=1))
    assert names_in(bucket) == [f"hub/{media.storage_name}"]


def test_variants_and_retention_work_in_a_bucket(keep: Keep, bucket: Any, now: Any) -> None:
    media = keep(making.picture("PNG"))
    assert variant(media, Wanted(), now=now).content_type == "image/jpeg"
    assert len(names_in(bucket)) == 2
    sweep(now=now + timedelta(days=91))
    assert names_in(bucket) == []


def test_a_file_missing_in_the_bucket_is_gone_and_nothing_crashes(api: Client, client: Client, bucket: Any) -> None:
    url = send(api, making.pdf()).json()["url"]
    store().drop(Media.objects.get().storage_name)
    assert client.get(url).status_code == 410


def test_a_bucket_out_of_reach_is_told_without_its_keys(api: Client, bucket: Any, settings: Any) -> None:
    bucket.delete_bucket(Bucket="files")
    answer = send(api, making.picture())
    assert (answer.status_code, answer.json()["code"]) == (503, "media_store_unavailable")
    assert SECRET not in answer.content.decode()
    with pytest.raises(Unavailable):
        store().keep_bytes("a/b", b"x")


def test_boto_is_not_loaded_by_who_has_no_bucket() -> None:

    program = (
        "import django; django.setup(); import media.services, media.api, media.views, sys; "
        "from media.storage import store; store(); "
        "sys.exit(any(name.split('.')[0] in {'boto3', 'botocore', 'PIL', 'pymediainfo'} for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0


# --- what is told at start-up --------------------------------------------------------------------------------------


def test_a_directory_that_cannot_be_written_is_told(settings: Any, tmp_path: Path) -> None:
    assert files_can_be_kept() == []
    (tmp_path / "a file").touch()
    settings.MEDIA_ROOT = tmp_path / "a file" / "media"
    assert [message.id for message in files_can_be_kept()] == ["media.E001"]


def test_a_bucket_without_a_name_is_told(settings: Any) -> None:
    settings.MEDIA_STORAGE, settings.S3_BUCKET = "s3", ""
    assert [message.id for message in files_can_be_kept()] == ["media.E002"]


def test_a_missing_library_is_told(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert files_can_be_looked_into() == []
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "PIL" else object())
    assert [message.id for message in files_can_be_looked_into()] == ["media.E003"]


def test_fetching_from_loopback_is_warned_of(settings: Any) -> None:
    assert no_loopback_in_production() == []
    settings.MEDIA_FETCH_ALLOW_LOOPBACK = True
    assert [message.id for message in no_loopback_in_production()] == ["media.W001"]
