"""``manage.py rotate_keys``: another master key, or new data keys, while the hub works."""

import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from foundation.errors import ConfigurationError, Refusal
from tenants.models import Tenant
from vault import rotation
from vault.keyholders import VaultUnavailable
from vault.progress import Progress

EPILOG: Final = """\
examples:
  manage.py rotate_keys --dry-run            what would be done, and how much of it
  manage.py rotate_keys                      every data key under the master key that the settings name: after a new
                                             VAULT_MASTER_KEY, another VAULT_KMS_KEY_ID or VAULT_KEY_PROVIDER
  manage.py rotate_keys --tenant acme        the same for one tenant, to try it
  manage.py rotate_keys --data-keys          a new data key for every tenant, and every secret sealed anew under it
  manage.py rotate_keys --erase-retired      delete keys that nothing uses any more

It may be stopped or killed at any moment; run it again, and it goes on. Before the first: every process of the hub must know
the new master key and the old one (VAULT_MASTER_KEY_PREVIOUS_FILE). docs/operations.md tells it step by step.

exit codes: 0 all is done; 1 some did not open and were left as they were; 2 the settings are wrong, nothing was done;
3 who holds the keys cannot be reached: run it again; 130 stopped by Ctrl-C: run it again.
"""
ACTOR: Final = "system:rotate_keys"
LEFT, WRONG, UNREACHABLE, STOPPED = 1, 2, 3, 130
_SHOWN: Final = 20


class Command(BaseCommand):
    """Change keys without stopping the hub."""

    help = "Change the vault's keys while the hub works: another master key, or new data keys. Resumable."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Let the examples keep their lines."""
        return super().create_parser(
            prog_name, subcommand, epilog=EPILOG, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what to change."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--data-keys", action="store_true", help="Make new data keys, and seal every secret anew.")
        which.add_argument(
            "--again", action="store_true", help="Make a new version although the settings name the present master key."
        )
        which.add_argument("--erase-retired", action="store_true", help="Delete keys that nothing uses any more.")
        parser.add_argument("--tenant", metavar="SLUG", help="Only this tenant's data keys and secrets.")
        parser.add_argument("--batch", type=int, default=rotation.BATCH, help="Rows in one transaction (%(default)s).")
        parser.add_argument("--dry-run", action="store_true", help="Tell what would be done; change nothing.")
        parser.add_argument("--json", action="store_true", help="Print one JSON document, and no progress.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and set the exit code."""
        if not 1 <= options["batch"] <= 10_000:
            raise CommandError("--batch is a number from 1 to 10,000.", returncode=WRONG)
        tenant = self._tenant(options["tenant"])
        try:
            if options["erase_retired"]:
                self._erase(tenant, options)
            elif options["dry_run"]:
                self._rehearse(tenant, options)
            else:
                self._rotate(tenant, options)
        except VaultUnavailable as error:
            raise CommandError(
                f"{error.detail} {error.remedy} What was done stays done: run this again.", returncode=UNREACHABLE
            ) from None
        except (ConfigurationError, Refusal) as error:
            raise CommandError(f"{error.detail} {error.remedy}", returncode=WRONG) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped. What was done stays done: run this again.", returncode=STOPPED) from None

    def _tenant(self, slug: str | None) -> Tenant | None:
        if slug is None:
            return None
        found = Tenant.objects.filter(slug=slug).first()
        if found is None:
            raise CommandError(f"There is no tenant {slug!r}. The admin lists them.", returncode=WRONG)
        return found

    def _rehearse(self, tenant: Tenant | None, options: dict[str, Any]) -> None:
        report = rotation.plan(data_keys=options["data_keys"], tenant=tenant, again=options["again"])
        begun = "An earlier run is gone on with. " if report.resumed else ""
        if options["data_keys"]:
            told = f"{begun}New data keys for {report.facts['tenants']:,} tenants; {report.total:,} secrets are sealed anew."
        elif report.facts["new_version"]:
            told = f"{begun}A new master key ({report.facts['provider']}); {report.total:,} data keys are wrapped anew."
        elif report.total:
            told = f"{begun}{report.total:,} data keys are wrapped anew, under the newest master key."
        else:
            told = _NOTHING
        self._say({"dry_run": True, **_document(report)}, told, options)

    def _rotate(self, tenant: Tenant | None, options: dict[str, Any]) -> None:
        shown = Progress(sys.stderr, quiet=options["json"])
        what = "secrets" if options["data_keys"] else "data keys"

        def progress(report: rotation.Report) -> None:
            shown.show(report.done, report.total, what)

        rotate: Callable[..., rotation.Report] = rotation.rotate_data_keys
        if not options["data_keys"]:
            rotate = partial(rotation.rotate_master_key, again=options["again"])
        try:
            report = rotate(actor=ACTOR, clock=timezone.now, tenant=tenant, batch=options["batch"], progress=progress)
        finally:
            shown.close()
        self._say(_document(report), "\n".join(_told(report)), options)
        if not report.finished:
            raise SystemExit(LEFT)

    def _erase(self, tenant: Tenant | None, options: dict[str, Any]) -> None:
        if tenant is not None:
            raise CommandError("--erase-retired is for all tenants.", returncode=WRONG)
        kept_for = settings.VAULT_RETIRED_KEYS_KEPT
        gone = rotation.erase_retired(actor=ACTOR, now=timezone.now(), kept_for=kept_for, dry_run=options["dry_run"])
        verb = "would be" if options["dry_run"] else "are"
        told = f"{gone['data_keys']:,} data keys and {gone['master_keys']:,} master keys {verb} erased."
        self._say({"dry_run": options["dry_run"], "erased": gone}, told, options)

    def _say(self, document: dict[str, Any], told: str, options: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(document) if options["json"] else told)


_NOTHING: Final = (
    "Nothing to do: every data key is under the master key that the settings name. To change it, put the present one into "
    "VAULT_MASTER_KEY_PREVIOUS_FILE and a new one into VAULT_MASTER_KEY_FILE, restart every process, and run this again."
)


def _document(report: rotation.Report) -> dict[str, Any]:
    return {
        "what": report.what,
        "total": report.total,
        "done": report.done,
        "resumed": report.resumed,
        "finished": report.finished,
        "unreadable": report.unreadable,
        **report.facts,
    }


def _told(report: rotation.Report) -> list[str]:
    """Return what was done as lines for people, with what to do next."""
    lines = ["An earlier run was gone on with."] if report.resumed and report.total else []
    if report.what == "data_keys":
        lines.append(f"{report.done:,} secrets of {report.facts['tenants']:,} tenants are sealed anew.")
        if report.finished and report.done:
            lines.append(
                f"The data keys before are retired. After {settings.VAULT_RETIRED_KEYS_KEPT.days} days 'rotate_keys --erase-retired' erases them."
            )
    elif report.total == 0 and report.finished:
        lines.append(_NOTHING)
    else:
        lines.append(
            f"{report.done:,} data keys are under version {report.facts['version']} now, held by {report.facts['held_by']}."
        )
        if left := report.facts["left_under_other_master_keys"]:
            lines.append(f"{left:,} data keys are still under another master key.")
        elif report.finished:
            lines.append(
                "Nothing uses the master key before any more: take it out of the settings, and restart. Keep it as long as you "
                "may have to restore a backup made before today."
            )
    if report.unreadable:
        shown = ", ".join(report.unreadable[:_SHOWN])
        more = f" and {len(report.unreadable) - _SHOWN:,} more" if len(report.unreadable) > _SHOWN else ""
        lines.append(f"{len(report.unreadable):,} did not open and were left as they were: {shown}{more}.")
        lines.append("Their accounts need to be reconnected, or the rows restored from a backup; then run this again.")
    return lines
