"""What is tried again, and after how long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genwidget.api.polling import poll_delay
from genwidget.api.retry import Repeatability, Retry, Stop, decide, full_jitter
from genwidget.errors import ApiError, ConnectionFailed, InvalidJsonResponse, RequestTimedOut, ResponseTooLarge
from genwidget.settings import Settings

PAID = Repeatability(is_post=True, has_key=True)
KEYLESS = Repeatability(is_post=True)
READ = Repeatability(is_post=False)


def say(error, *, request=PAID, attempt=1, jitter=0.5):
    return decide(error, attempt=attempt, request=request, settings=Settings(), jitter=lambda: jitter)


def api(status=500, code="HTTP_500", **more):
    return ApiError("no", status_code=status, api_code=code, **more)


def dropped(*, may_have_started=True):
    return ConnectionFailed(host="api.example", may_have_started=may_have_started)


def test_a_stated_retryable_error_is_tried_again_whatever_its_status():
    assert say(api(422, "BSE2009", retryable=True, is_stated=True)) == Retry(0.5)


def test_a_5xx_that_says_it_cannot_be_retried_is_not():
    assert say(api(502, "BSE4001", retryable=False, is_stated=True)) == Stop()


def test_the_third_failure_is_the_last():
    error = api(retryable=True)
    assert [say(error, attempt=n) for n in (1, 2, 3)] == [Retry(0.5), Retry(1.0), Stop()]


def test_a_connection_broken_on_a_paid_post_is_repeated_only_with_its_key():
    assert say(dropped()) == Retry(0.5)
    assert say(dropped(), request=KEYLESS) == Stop()
    assert say(dropped(), request=READ) == Retry(0.5)


def test_a_keyless_post_that_never_left_is_repeated():
    assert say(dropped(may_have_started=False), request=KEYLESS) == Retry(0.5)


def test_a_keyless_post_is_repeated_on_the_apis_word_and_not_on_a_guess():
    assert say(api(502, retryable=True), request=KEYLESS) == Stop()
    assert say(api(429, "BSE1005", retryable=True, is_stated=True), request=KEYLESS) == Retry(0.5)


@pytest.mark.parametrize("request_", [PAID, KEYLESS, READ])
@pytest.mark.parametrize("error", [RequestTimedOut, ResponseTooLarge, InvalidJsonResponse])
def test_no_unreadable_answer_is_tried_again(error, request_):
    assert say(error(may_have_started=True), request=request_) == Stop()


def test_a_first_request_that_still_runs_is_asked_for_again_outside_the_tries():
    still = api(409, "BSE2016", retryable=True, is_stated=True)
    assert say(still, attempt=9) == Retry(0.5, is_counted=False)


@pytest.mark.parametrize(
    ("retry_after_s", "expected"),
    [(17, Retry(17)), (60, Retry(60)), (61, Stop()), (0, Retry(0.5)), (-3, Retry(0.5)), (None, Retry(0.5))],
)
def test_retry_after_is_obeyed_up_to_a_minute(retry_after_s, expected):
    assert say(api(429, "BSE1005", retryable=True, retry_after_s=retry_after_s)) == expected


@given(st.integers(1, 400), st.floats(0, 1, exclude_max=True))
def test_full_jitter_stays_between_nothing_and_its_cap(attempt, draw):
    assert 0 <= full_jitter(attempt, Settings(), lambda: draw) <= min(2.0 ** (attempt - 1), 30.0)


def test_polls_grow_by_half_up_to_five_seconds():
    waits = [poll_delay(n, Settings(), lambda: 0.5) for n in (1, 2, 3, 4, 5, 6, 7, 8)]
    assert waits == [0.5, 0.75, 1.125, 1.6875, 2.53125, 3.796875, 5.0, 5.0]


@given(st.integers(1, 10**9), st.floats(0, 1, exclude_max=True))
def test_a_poll_never_waits_more_than_a_tenth_beside_the_schedule(poll, draw):
    assert 0.45 <= poll_delay(poll, Settings(), lambda: draw) <= 5.5
