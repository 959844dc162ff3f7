"""What the API's documents leave open, decided once. Everything in this file is ours, not the API's.

Times are in seconds at ``speed`` 1; a sandbox divides the ones that belong to work by its speed.
"""

from typing import Final

# --- Errors without a documented code -------------------------------------------------------------------------------
# Type names follow the API's older table where it has one; the numbers are taken from gaps in its newer one.
CODE_MODEL_NOT_FOUND: Final = "BSE3001"
CODE_GENERATION_NOT_FOUND: Final = "BSE3002"
CODE_NOT_CANCELABLE: Final = "BSE3003"
CODE_PAYLOAD_TOO_LARGE: Final = "BSE2010"  # the older table's number
CODE_PROVIDER_ERROR: Final = "BSE4006"  # a real code; its meaning is our guess
CODE_PROVIDER_TIMEOUT: Final = "BSE4007"
CODE_ALL_PROVIDERS_FAILED: Final = "BSE4010"
CODE_INTERNAL_ERROR: Final = "BSE5001"

# --- Requests ------------------------------------------------------------------------------------------------------
MAX_BODY_BYTES: Final = 100 * 1024
CREATED_STATUS: Final = 200  # no page says 200, 201 or 202
LIST_LIMIT_DEFAULT: Final = 50
LIST_LIMIT_MAX: Final = 100  # a limit outside 1 to 100 is clamped, as the estimate's count is
USAGE_DAYS_DEFAULT: Final = 30
USAGE_DAYS_MAX: Final = 90  # clamped too
ESTIMATE_COUNT_MAX: Final = 100
IDEMPOTENCY_HOURS: Final = 24
#: A prompt with this text is refused as content (422 BSE2006), so that the refusal can be seen.
REFUSED_PROMPT: Final = "[sandbox:policy]"

# --- Limits --------------------------------------------------------------------------------------------------------
# Only "limit 60" is seen, in a sample. Ours are wide, so that tests meet them only when they ask to.
WINDOW_S: Final = 60.0
GENERATE_PER_WINDOW: Final = 600
READS_PER_WINDOW: Final = 6000
AUTH_FAILURES_PER_WINDOW: Final = 300
IMAGES_AT_ONCE: Final = 32
VIDEOS_AT_ONCE: Final = 16

# --- Time of work --------------------------------------------------------------------------------------------------
START_DELAY_S: Final = 0.4  # accepted to started
IMAGE_WORK_S: Final = (1.2, 1.8)  # shortest and longest; which one is drawn from the request
VIDEO_WORK_S: Final = (2.4, 3.2)
VIDEO_WORK_PER_SECOND_S: Final = 0.25  # on top, per second of film
PROVIDER_ERROR_S: Final = 0.6  # after which a failing provider says so
IMAGE_PROVIDER_TIMEOUT_S: Final = 4.0  # after which a silent provider is given up
VIDEO_PROVIDER_TIMEOUT_S: Final = 12.0
GRACE_S: Final = 1.0  # a given-up provider that answers within this still wins

# --- Providers -----------------------------------------------------------------------------------------------------
HEALTH_WINDOW_S: Final = 300
DEGRADED_MIN_ATTEMPTS: Final = 10  # fewer attempts in the window say nothing
DEGRADED_FAILURE_RATE: Final = 0.5  # from here a provider is tried last
RECOVERING_FAILURE_RATE: Final = 0.2
RANKING_HOURS: Final = 24
RANKING_MIN_ATTEMPTS: Final = 20  # of every provider of a model, else `fastest` is the static order

# --- Credits -------------------------------------------------------------------------------------------------------
OPENING_BALANCE: Final = 100.0
LOW_BALANCE: Final = 10.0  # the shared sandbox fills up a balance below this when it starts
MAX_ADDED_CREDITS: Final = 10_000  # at once, over /sandbox/credits
#: Credits per output, of models whose price is not known.
OWN_IMAGE_PRICE: Final = 0.04
#: Credits per second of film, of models whose price is not known; a documented sample for "some video models".
OWN_VIDEO_PRICES: Final[dict[str, float]] = {"480p": 0.03, "720p": 0.062, "1080p": 0.166}
OWN_VIDEO_PRICE: Final = 0.062
OWN_AUDIO_FACTOR: Final = 1.5  # on a second of film with sound, where the model's price tells sound apart

# --- Input files ---------------------------------------------------------------------------------------------------
# The sandbox fetches nothing from outside: an input with a public address is taken as it is.
INPUT_MIN_PIXELS: Final = 64  # the short side
INPUT_MAX_PIXELS: Final = 8192  # the long side
INPUT_MAX_BYTES: Final = 10 * 1024 * 1024
MAX_UPLOADS_BYTES: Final = 512 * 1024 * 1024  # of all pictures that were uploaded to /sandbox/inputs

# --- What is kept ---------------------------------------------------------------------------------------------------
KEEP_FILES_DAYS: Final = 7  # drawn outputs; an older one is drawn again when it is asked for
KEEP_REQUESTS_DAYS: Final = USAGE_DAYS_MAX  # the log that usage counts

# --- Messages that no page shows -----------------------------------------------------------------------------------
MESSAGES: Final[dict[str, str]] = {
    "status": "API connected successfully",  # documented
    "usage": "Usage data retrieved successfully",
    "account": "Account data retrieved successfully",
    "billing": "User billing data retrieved successfully",  # documented
    "estimate": "Estimate calculated successfully",
    "generate_image": "Generation initialized",  # documented
    "generate_video": "Generation initialized",  # documented
    "content": "Generation data retrieved successfully",
    "list": "Generation list retrieved successfully",
    "cancel": "Generation canceled successfully",
    "delete": "Generation deleted successfully",
    "library_providers": "Provider library retrieved successfully",
    "library_models": "Model library retrieved successfully",
    "health_providers": "Provider health data retrieved successfully",
    "health_models": "Model health data retrieved successfully",
    "health_storage": "Storage health data retrieved successfully",
    "health_cache": "Cache health data retrieved successfully",
}
