"""Whether every operation did what it is for: a run that was answered with refusals only has looked at nothing else."""

from service.app import ENDPOINTS
from tests.fuzz.tally import Tally

DONE = {
    "create_claim": 201, "create_claims": 201, "revise_claim": 200, "verify_claim": 201, "retract_claim": 201,
    "issue_api_key": 201, "revoke_api_key": 200, "create_webhook": 201, "rotate_webhook_secret": 201,
    "test_webhook": 201, "redeliver": 201, "acknowledge_change": 201,
}  # fmt: skip
"""How each write is answered that does something; reads are answered with 200."""


def undone(tally: Tally) -> list[str]:
    """The operations of the contract that never did what they are for."""
    listed = [endpoint.operation for endpoint in ENDPOINTS if endpoint.listed]
    return [operation for operation in listed if not tally.got(operation, DONE.get(operation, 200))]
