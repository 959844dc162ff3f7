"""Every sentence that a person can read, keyed by code.

A template's braces are filled by :func:`render`. The page receives :data:`MESSAGES` once, as data, so that the kernel
and the browser say the same thing in the same words.

A sentence that names what to call or give in Python has another wording in :data:`SHELL`, which names the option or the
command: :func:`render` takes it within :func:`shell_words`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from genwidget.text import shown, without_keys

MESSAGES: Final[dict[str, str]] = {
    # Sending: the exact texts of the product's own page.
    "key_not_locked": "Please lock your API key first",
    "invalid_model_type": "Invalid model type",
    "unknown_model": "Unknown model",
    "invalid_endpoint_path": "Invalid endpoint path",
    "invalid_key_format": "Invalid API key format",
    "missing_required": "Missing required field: {field}",
    "response_too_large": "Response too large",
    "invalid_json": "Invalid JSON response from server",
    "request_timed_out": "Request timed out",
    "fill_required": "Fill required: {fields}",
    "hint": "Async response - subscribe to webhooks for real-time status and output delivery",
    # Sending: what else can go wrong.
    "unreachable": "Could not reach {host}",
    "unreached_name": "Its name was not found.",
    "unreached_route": "There is no route to it from this machine.",
    "unreached_refused": "It refused the connection.",
    "unreached_certificate": "Its certificate cannot be trusted.",
    "unreached_tls": "It could not agree on an encrypted connection.",
    "unreached_timed_out": "No connection was made within the time limit.",
    "unreached_environment": "A variable of the environment keeps requests from leaving.",
    "unreached_other": "No connection was made.",
    "proxy_no_socks": "The proxy in {variable} speaks SOCKS, which needs another package: pip install 'httpx[socks]'",
    "proxy_no_url": "The proxy in {variable} cannot be used: it is no URL that begins with http, https or socks5",
    "certificates_unusable": "What {variable} names for encrypted connections cannot be used: {reason}",
    "client_closed": "The client has been closed. Make another one",
    "closed_unanswered": "{host} closed the connection without a response",
    "broke_off": "{host} closed the connection before the response was complete",
    "invalid_http": "The response of {host} is not valid HTTP",
    "response_encoded": "The response of {host} is compressed ({coding}), which was not asked for",
    "http_status": "HTTP {status}",
    "field_problem": "{field}: {problem}",
    "may_have_started": (
        "No readable answer came, so the generation may have started. Resume repeats the request with the same "
        "idempotency key, so one generation is made and paid for."
    ),
    "first_not_ended": (
        "The first request with this idempotency key had not ended, so the generation may have started. Resume repeats "
        "the request with the same key, so one generation is made and paid for."
    ),
    "may_be_done": (
        "A try of this request had no readable answer, so it may have been carried out. Check the content list before "
        "sending again."
    ),
    "may_have_started_call": (
        "No readable answer came, so the generation may have started. Within 24 hours the same body with the same "
        "idempotency_key makes one generation; without one of your own, check the content list before sending again."
    ),
    "only_read": "No readable answer came. The request only reads, so nothing was changed or paid for: try it again.",
    "nothing_sent": "Nothing was sent.",
    "retry_after": "The API asks to wait {seconds} s before the next request.",
    "generation_failed": "The generation failed",
    "generation_canceled": "The generation was canceled",
    "credits_back": "Its credits came back.",
    "credits_back_known": "What it cost came back: {amount}.",
    "credits_not_back": "The API did not say whether its credits came back; the balance shows it.",
    "nothing_charged": "Nothing was charged.",
    "generation_deleted": "This generation was deleted",
    "deleted_means": "Its files are gone at the API for good.",
    "deadline_passed": "Stopped following after {time}",
    "deadline_explained": (
        "The generation may still end at the API. Content Info fetches its record; Resume polls it again."
    ),
    "deadline_explained_run": (
        "The generation may still end at the API. run.reload() fetches its record; run.resume() polls it again."
    ),
    "refused_code": "The request was refused ({cause}), or could not be sent; nothing was made",
    "refused_before": "The request was refused, or could not be sent; nothing was made",
    "process_ended": "The process that followed this generation ended",
    "followed_elsewhere": "Another kernel or program is polling this run. Its result appears there.",
    "file_incomplete": "The file did not arrive whole. Nothing was done with it; drop it again.",
    "file_exists": "{path} already exists; nothing was written.",
    "not_saved": "The output cannot be written to {path}: {reason}",
    "not_a_picture": "This output is not a picture that can be shown. Save it to open it elsewhere.",
    "blob_pictures": (
        "The Content-Security-Policy of this page refuses pictures and videos from blob: addresses, which img-src and "
        "media-src have to allow. The output can be saved as it is."
    ),
    "not_drawn": "This output is not a picture or video that this browser can show. It can be saved as it is.",
    "pillow_missing": "Showing a picture needs Pillow. Run: pip install pillow",
    "bad_seconds": "{name}= is a number of seconds, at least 0, or None.",
    "bad_generation_id": "The id of a generation is a UUID, such as 00000000-0000-0000-0000-000000000000.",
    "bad_path": "A path is a text or a pathlib.Path, and no {given}.",
    "bad_values": "The values of a request are a mapping of fields to values.",
    "bad_whole": "{name}= is a whole number, at least {least}.",
    "bad_whole_between": "{name}= is a whole number from {least} to {most}.",
    "bad_callable": "{name} takes a function.",
    "bad_environment": "An environment is a mapping of the names of variables to texts.",
    "bad_switch": "{name} is True or False.",
    "bad_height": "height= is a number of pixels above 0, or None.",
    "bad_batch_options": "options= is a mapping of keywords, such as {{'limit': 0.5}}.",
    "model_types": "Choose image or video.{hint}",
    "bad_option": "{name}= is a text, a number, True, False or None.",
    "bad_transport": "transport= is an httpx.AsyncBaseTransport, or None.",
    "bad_timing": "timing= is a genwidget.api.transport.Timing, or None.",
    "bad_record": "save() takes the record of a generation, as wait() and get_generation() return it.",
    "bad_settings": "settings= is a genwidget.Settings, or None.",
    "bad_idempotency_key": "An idempotency key is 1 to 255 of A-Z a-z 0-9 _ - : . or a UUID; None makes a new one.",
    "unexpected_reply": "The API's response has an unexpected format: {where}",
    "ledger_failed": "The ledger at {path} cannot be used ({reason}). Nothing was sent.",
    "ledger_full": "The ledger at {path} cannot be used ({reason}). Nothing was sent. Make room on its disk.",
    "ledger_unreadable": "The ledger at {path} cannot be read ({reason}).",
    "ledger_place": "Set GENWIDGET_DATA_DIR to a folder that can be written, or move the file away if it is damaged.",
    "ledger_gone": (
        "The ledger at {path} was moved, deleted or replaced while this process uses it, so nothing can be sent. "
        "Put it back; or restart the process, which begins a new one that does not know what was sent and spent before."
    ),
    "ledger_gone_reason": "it was moved, deleted or replaced",
    "ledger_silent": "the disk does not answer",
    "ledger_waits": (
        "The ledger at {path} cannot be written ({reason}). What is not yet written is kept and tried again while this "
        "process lives. Waiting: {count}"
    ),
    "ledger_waits_full": (
        "The ledger at {path} cannot be written ({reason}). Make room on its disk: what is not yet written is kept and "
        "tried again while this process lives. Waiting: {count}"
    ),
    "ledger_lost": "The ledger at {path} could not be written before the end ({reason}). Not written: {count}",
    "ledger_no_wal": (
        "SQLite's WAL mode cannot be had at {path}, so the ledger uses its {mode} mode: processes that share it wait "
        "for one another."
    ),
    "ledger_not_kept": (
        "This page has no access to the browser's storage, so the ledger is lost when the kernel restarts or the page "
        "is closed or reloaded."
    ),
    "ledger_copy_unreadable": "The copy of the ledger at {path} cannot be read ({reason}). It is left as it is.",
    "ledger_no_index": (
        "The words of the runs at {path} are not indexed ({reason}), so each search reads every run: it finds the "
        "same, and takes longer the more runs there are."
    ),
    "rows_unreadable_one": "1 row of the ledger could not be read",
    "rows_unreadable": "{count} rows of the ledger could not be read",
    "ledger_newer": "The ledger at {path} was written by a newer genwidget. Update this one; nothing was sent.",
    "not_from_io_thread": (
        "This would block the thread that executes runs. Use `await`, or call it from another thread."
    ),
    "no_threads": (
        "Python in a browser has no second thread that could go on while this waits. Use `await run` in place of "
        "`run.wait()`, and the playground's own buttons for what else would wait."
    ),
    "waiting_running": "As many generations of this account are running as may run at once.",
    "waiting_window": "This account's rate limit is used up.",
    "still_waiting": "Timed out after {seconds} s. The run is not sent yet: {reason}",
    "still_running": "Timed out after {seconds} s. The run is still in progress.",
    "no_outputs_yet": "No outputs yet: the run is {state}. run.wait() waits for its end.",
    "no_outputs_resume": "No outputs: the run is {state}. run.resume() resumes it.",
    "no_outputs_ended": "No outputs: the run is {state}.",
    "no_outputs_deleted": "No outputs any more: the generation was deleted at the API.",
    "no_outputs_record": "The record of this run is not held any more. run.reload() asks for it.",
    "no_outputs_made": "The generation succeeded, and made no outputs.",
    "no_such_output": "The last output of this run is outputs[{last}]; it has {count}.",
    "no_generation": "This run has no generation at the API.",
    "too_late_to_cancel": "The run has ended.",
    # Runs that waited for their turn and were not sent, or that could not be paid.
    "unsent_credits": "Not sent: the account has too few credits. Nothing was charged.",
    "unsent_ended": "Not sent: its process ended while it waited for its turn. Nothing was charged.",
    "unsent_run": "{cause} 1 request was not made, and nothing was charged.",
    "unsent_runs": "{cause} {count} requests were not made, and nothing was charged.",
    "unsent_cause_credits": "The account has too few credits.",
    "unsent_cause_ended": "A kernel ended while requests waited for their turn.",
    "runner_closed": "genwidget has been shut down in this process; nothing was sent.",
    "lost": "No response was kept.",
    "interrupted": "The process ended before a response was recorded.",
    # What can be done about an error of the API.
    "advice_key": "Check the API key, and that it belongs to this region.",
    "advice_scope": "Use a key that has the scope, from an address that the key allows.",
    "advice_credits": "Add credits, then send again.",
    "advice_unsent_credits": "Add credits, then resume it: the same request is sent.",
    "advice_unsent_ended": "Resume it: the same request is sent.",
    "advice_not_found": "Check the identifier, and that this region serves it.",
    "advice_conflict": "Look up its state in the content list, then send again.",
    "advice_ended": "What has ended stays as it is; its record tells its state.",
    "advice_input": "Change the request, then send again.",
    "advice_later": "Try again in a moment.",
    "advice_unknown": "If this is unexpected, contact the API's support with the request id.",
    "advice_foreign": "This response does not come from the API. Check the base URL and any proxy in between.",
    "advice_answered": "The response contains no generation, so there is nothing to poll. Read it, and check the host.",
    # The timeline: what happened, and what is only inferred from the planned order.
    "timeline_checking": "Checking the spend limit",
    "timeline_sending": "Sending request",
    "timeline_waiting_running": "Waiting for another generation of this account to end",
    "timeline_waiting_window": "Waiting for this account's rate limit",
    "timeline_sent": "Request sent",
    "timeline_again": "Sending again",
    # What stands before the seconds that are left.
    "countdown_retry": "Try {attempt} of {of} in",
    "countdown_running": "First try still being answered. Asks again in",
    "timeline_post_phases": "POST: {phases}",
    "timeline_post_reused": "connection reused",
    "timeline_post_connected": "connected in {ms} ms",
    "timeline_post_tls": "TLS in {ms} ms",
    "timeline_post_written": "written in {ms} ms",
    "timeline_post_first_byte": "first byte after {ms} ms",
    "timeline_post_read": "read in {ms} ms",
    "timeline_post_rate_limit": "Rate limit: {left} of {limit} requests left",
    "countdown_waiting": "Next request in",
    "timeline_still_running": "First try still being answered",
    "timeline_accepted": "Accepted",
    "timeline_answered": "Answered without a generation",
    "timeline_refused": "Refused",
    "timeline_unreached": "Not reached",
    "timeline_unsent": "Not sent",
    "timeline_no_answer": "No answer within the limit",
    "timeline_unreadable": "No readable answer",
    "timeline_stopped_asking": "Stopped asking",
    "timeline_may_run": "May be running at the API",
    "timeline_first": "first",
    "timeline_if": "if {before} fails",
    "timeline_started": "started",
    "timeline_processing": "processing",
    "timeline_passed": "failed or skipped",
    "timeline_attempt_failed": "failed",
    "timeline_attempt_canceled": "stopped",
    "timeline_attempt_discarded": "came too late",
    "timeline_succeeded": "succeeded",
    "timeline_failed": "failed",
    "timeline_canceled": "canceled",
    "timeline_trouble": "Could not be asked: {reason}",
    "timeline_expired": "Stopped following",
    "timeline_process_ended": "The process ended",
    "timeline_elsewhere": "Followed in another process",
    "timeline_resumed": "Resumed",
    # A field, below its control.
    "required": "Required",
    "at_least": "Must be at least {bound}",
    "at_most": "Must be at most {bound}",
    "not_number": "Must be a number",
    "not_exact": "Cannot be sent exactly: {value} would become {sent}",
    "not_boolean": "Must be true or false",
    "not_text": "Must be text",
    "not_list": "Must be a list of links",
    "one_of": "Must be one of {choices}",
    "too_long": "Must be at most {bound} characters, {count} now",
    "not_url": "Must be a link that begins with http:// or https://",
    "too_many": "Must be at most {bound} links, {count} now",
    "unknown_field": "{model_id} has no field {field}; it is left out of the request",
    "no_such_field": "{model_id} has no field {field}.{hint}",
    "its_fields": "Its fields are {fields}.",
    # These two stand beside the sentences of invalid_endpoint_path and unknown_model.
    "model_identifier": "A model is named by its lab and its name, such as bfl/flux-schnell.",
    "not_a_model": "{model_id} is none of the models known.{hint}",
    "did_you_mean": "Did you mean {names}?",
    # A bound that is only inferred: it warns and lets send.
    "maybe_at_least": "May be refused: {bound} is the lowest value known (inferred)",
    "maybe_at_most": "May be refused: {bound} is the highest value known (inferred)",
    "maybe_one_of": "May be refused: the values known are {choices} (inferred)",
    "maybe_too_many": "May be refused: the most links known is {bound} (inferred)",
    "maybe_too_long": "May be refused: {bound} characters are the most known, {count} now (inferred)",
    "maybe_required": "May be required (inferred)",
    # Keys.
    "key_unlocked_by_region": "API key unlocked: a key belongs to one region. Lock a key for {region}.",
    "key_form": "Keys begin with bye_, followed by letters, digits, _ and - alone.",
    "custom_key_form": "A key is one word of ASCII letters, digits and punctuation.",
    "key_refused": "Not valid for {place}",
    "key_unchecked": "API key locked, but not checked: {reason}",
    "key_overtaken": "Not locked: the region or the key was changed meanwhile.",
    "key_taken_out": "API key locked. The text pasted around it was removed.",
    "key_entry_closed": (
        "This kernel logs its messages at DEBUG, so a key typed here would land in its log. "
        "Use pg.lock_key() in a cell, or lower the log level and reload the page."
    ),
    "key_in_debug_log": (
        "This kernel logs its messages at DEBUG, so the key that was just sent is in its log now. It was not locked: "
        "replace it by a new one, and lock that with pg.lock_key() in a cell."
    ),
    "key_literal": "The key is now in this cell and in its saved notebook. Leave it out: pg.lock_key() asks for it.",
    "key_literal_file": (
        "The key is now in this program. Leave it out: pg.lock_key() takes it from BABYSEA_API_KEY, or asks for it."
    ),
    "key_of_other_host": (
        "The API key is for {locked}, but this goes to {wanted}. A key is only sent to its own host: "
        "lock a key for {wanted}."
    ),
    "key_of_other_run": "This run was sent with another API key. Lock that key to ask the API about it.",
    "key_not_callable": "key= takes a callable that returns the key, such as getpass.getpass; or call pg.lock_key().",
    "key_absent": "No API key: set BABYSEA_API_KEY, or give one.",
    # Spend limits.
    "spend_limit_passed": (
        "The spend limit of {limit} credits ({whose}) would be passed: this costs {price}, and {used} are used."
    ),
    "spend_limit_used": (
        "The spend limit of {limit} credits ({whose}) is reached: {used} are used, and what this costs is not known."
    ),
    "spend_limit_of_machine": "GENWIDGET_SPEND_LIMIT",
    "spend_limit_of_playground": "of this playground",
    "spend_limit_of_batch": "of this batch",
    "spend_limit_of_command": "--spend-limit",
    "spend_limit_of_scope": "of {scope}",
    "spend_limit_reserved": "Of what is used, {reserved} are reserved for runs that have not ended, or can be resumed.",
    "advice_spend_limit": "Nothing was sent. Raise the limit to send more.",
    "price_unknown": "What this costs is not known{reason}, so it cannot be held to the spend limit.",
    "price_unknown_reason": ", and could not be asked ({reason})",
    "advice_price_unknown": "Nothing was sent. allow_unknown=True sends it all the same.",
    "odd_spend_limit": (
        "{name} is a number of credits from 0 to {most}, such as 0.5, and this is of type {type}; leave it out for no "
        "limit."
    ),
    "bad_spend_limit": (
        "{name} cannot be {value}. It is a number of credits from 0 to {most}; leave it out for no limit."
    ),
    # A batch: what a plan cannot be, and what is wrong with its items.
    "batch_item_problem": "Item {number}: {problem}",
    "batch_row_problem": "Item {number} (row {row}): {problem}",
    "batch_problems": "{first} Items with problems: {count}. Nothing was sent.",
    "batch_empty": "The plan has no items.",
    "batch_no_saving": "Python in a browser saves no files of a batch: leave save_to out, and save them on its sheet.",
    "batch_too_many": "A plan has at most {most} items; this one has {count}. Make several.",
    "batch_far_more": "far more",
    "batch_no_values": "{name} has no values. Give at least one, or leave it out.",
    "batch_bad_values": "{name} takes one value or a list of values.",
    "batch_endless": "{name} has more than {most} values.",
    "batch_no_model": "Name the model, or give one in every row or pair",
    "batch_model_twice": "The plan names its model, and model= is of what names none. Leave one of them out.",
    "batch_bad_model": "Must be a text such as bfl/flux-schnell",
    "batch_bad_base": "The values of a request are a mapping of fields to values.",
    "batch_bad_repeat": "repeat is a whole number, at least 1.",
    "batch_seed_alone": "A seed is of what a template draws, and there is no template. The field is generation_seed.",
    "batch_bad_seed": "seed is a whole number.",
    "batch_bad_where": "where= takes a function of one item's values.",
    "batch_where_failed": "where= failed at item {number}: {reason}",
    "batch_bad_pairs": "pairs is a list of mappings, each of the same names.",
    "batch_twice": "{name} is given twice.",
    "batch_no_field": "None of the models has a field {name}.{hint}",
    "batch_no_column": "The table has no column {name}.{hint}",
    "batch_stray_column": (
        "Column {name} is no field of any model.{hint} Name the columns to use: columns={{{columns}}}"
    ),
    # How a column is named there; the second where its name is more than letters, digits, dots, dashes and underscores.
    "batch_column": '"{field}": "{column}",',
    "batch_column_quoted": '"{field}": "{column}",',
    "batch_stray_beside_template": "Column {name} is no field of any model.{hint} Take it out.",
    "batch_column_no_text": (
        "Column {name} is no field of any model. Give it a name that is a text, such as generation_prompt."
    ),
    "batch_column_twice": ("More than one column is {name}: {first}, {second}. Take one out, or give it another name."),
    "batch_column_spaces": "The name of the column “{name}” has spaces around it. Take them out.",
    "batch_csv_separator": "The columns of {path} are separated by {marks}. Save it with commas between the columns.",
    "batch_csv_quote": (
        "Row {row} of {path} has a quotation mark that is not closed, or within a cell. Close it, or write it twice."
    ),
    "batch_csv_long": (
        "Row {row} of {path} has a cell of more than {most} characters. Shorten it, or close its quotation mark."
    ),
    "batch_not_utf8": "it is not UTF-8. Save it as UTF-8",
    "batch_bad_columns": "columns= maps fields to columns, such as {{'generation_prompt': 'text'}}.",
    "batch_bad_row": "Must be a mapping of names to values",
    "batch_table_unread": "The table cannot be read: {reason}",
    "batch_nameless_cell": "Has a value in column {column}, which has no name. Give the column one, or take it out",
    "batch_long_row": "Has more cells than there are columns. Put texts with commas in quotation marks",
    "batch_bad_table": "A table is a pandas, polars or pyarrow table, or a list of mappings.",
    "batch_lazy_table": "Collect the lazy table first.",
    "batch_extra_missing": (
        '{package} is not installed. Run, where genwidget is installed: pip install "genwidget[batch]"'
    ),
    "batch_file_unread": "The plan in {path} cannot be read: {reason}",
    "batch_file_kind": "A plan is a .toml, .csv or .parquet file; {path} is not.",
    "batch_file_key": "{name} is no part of a plan.{hint}",
    "batch_file_keys": "Its parts are {parts}.",
    "batch_file_type": "{name} cannot be {value}. It is {means}.",
    "file_table": "a table, such as [{name}]",
    "file_tables": "a list of tables, such as [[{name}]]",
    "file_text": "a text",
    "batch_sweep_columns": "A sweep has no columns: columns= is of a table, or of a plan with [[items]]. Leave it out.",
    "batch_file_columns": "[columns] is of a plan with [[items]]; the fields of a sweep are in [fields].",
    "batch_file_both": "A plan has either [fields] or [[items]].",
    # A batch that runs.
    "batch_unreadable": "The batch cannot be read: the ledger has something else in its rows.",
    "batch_unknown": "The ledger has no batch {batch_id}.",
    "batch_many": "More than one batch begins with {batch_id}. Give more of it.",
    "batch_not_stored": "The plan of batch {batch_id} was not stored whole; nothing of it was sent. Run it again.",
    "batch_held": "Another process carries batch {batch_id} ({holder}). It can only be read here.",
    "batch_holder": "process {pid} on {host}, since {since}",
    "batch_not_running": "Batch {batch_id} is not running here.",
    "batch_has_ended": "Batch {batch_id} has ended.",
    "batch_code_model": (
        "Item {number} is of {model}, which this version of genwidget does not know: there is no code of its batch."
    ),
    "batch_code_other": (
        "{model} has changed: item {number} would not be sent as it was, so there is no code of its batch."
    ),
    "batch_code_many": (
        "{count} items that are no sweep are too many to list, more than {most}. The Python reads them from the ledger."
    ),
    "batch_code_left_out": (
        "Item {number} leaves {name} out, which has a default; a plan in a file cannot say that, the Python can."
    ),
    "batch_no_id": "Give the id of a batch. Batch.list() has them.",
    "batch_bad_id": "The id of a batch is a text, or how it begins. Batch.list() has them.",
    "batch_no_bodies": (
        "A batch stores what it sends, so that it can go on after a crash. Turn GENWIDGET_STORE_BODIES on to run one."
    ),
    "batch_no_folder": "The outputs cannot be saved in {path}: {reason}",
    "batch_no_room": "The outputs cannot be saved in {path}: {reason}. Make room there, or name another folder.",
    "batch_other_key": "Batch {batch_id} was started with another API key. Give that one to go on.",
    "batch_stopped_by": "{reason} Stopped; batch.resume() goes on.",
    "batch_stopped_by_limit": "{reason} Stopped; batch.resume(limit=...) goes on with a higher limit.",
    "batch_stopped_by_playground": "{reason} Stopped. Raise pg.spend_limit; then batch.resume() goes on.",
    "batch_stopped_by_machine": "{reason} Stopped. Raise GENWIDGET_SPEND_LIMIT; then batch.resume() goes on.",
    "batch_stopped_by_balance": "{reason} Stopped. Add credits; then batch.resume() goes on.",
    "batch_stopped_person": "Stopped on request.",
    "batch_stopped_canceled": "Canceled on request.",
    "batch_stopped_failures": "Items that failed: {count}, which is the limit.",
    "batch_stopped_if": "stop_if= was true of item {number}.",
    "batch_stop_if_failed": "stop_if= failed at item {number}: {reason}.",
    "batch_bad_stop_if": "stop_if= takes a function of an item.",
    "batch_bad_stop_after": "stop_after_failures= is a whole number, at least 1.",
    "batch_stop_if_needed": (
        "Batch {batch_id} was started with stop_if=, a function, which cannot be stored. To go on, give it again: "
        "Batch.open({batch_id!r}, stop_if=...); stop_if=None goes on without it."
    ),
    "batch_item_unsure": (
        "Sent, and never answered; its idempotency key is older than 24 hours, so it is not sent again by itself. "
        "Found in the content list: {found}. Adopt what it made, or send it again."
    ),
    "batch_no_item": "The batch has no item {number}; it has {count}.",
    "batch_not_unsure": "Item {number} is {state}. Only an item that is unsure can be decided.",
    "batch_not_its_own": "The generation {generation_id} is not of item {number}: {reason}.",
    "batch_of_other_run": "another run made it",
    "batch_of_other_request": "its model, its prompt or its time is another",
    "batch_may_be_made": (
        "The content list has what item {number} may have made: {found}. Adopt it; or send the item again all the "
        "same: batch.send_again({number}, although_found=True)"
    ),
    "batch_decided": "Items that were unsure have been decided.",
    "batch_left": "Items that have no answer, or not all of their files, yet: {count}.",
    "batch_nothing_found": "nothing",
    "batch_item_made": "Made: its run was resumed by itself. Resume the batch to have its files in the folder.",
    "batch_item_lost": "Sent {count} times with one idempotency key, and never answered.",
    "batch_item_unsaved": "Its files could not be fetched: {reason}",
    "batch_file_gone": "{path} was moved or deleted, and the API has it no more",
    "batch_run_forgotten": "The run of item {number} was forgotten, so nothing tells where its files are.",
    "batch_some_unsaved": "Files that could not be saved: {count}. The first: {reason}",
    "batch_changed": "The table was changed after it was checked. Make the plan again; nothing was sent.",
    "batch_running": "Batch {batch_id} is running. Wait for its end first.",
    "batch_item_not_begun": "Nothing was sent of item {number} yet: there is nothing to rate.",
    "batch_item_not_failed": "Item {number} did not fail. Only what failed or was refused is begun anew.",
    "rating_too_early": "Nothing was sent of this run yet: there is nothing to rate.",
    "forget_live": "This run is under way. Cancel it first, or wait for its end.",
    "body_not_stored": "The body of this run was not stored.",
    "fill_not_stored": "The body of this run was not stored, so the form cannot be filled from it.",
    "page_runs_empty": "No runs yet. What is sent is listed here.",
    "page_runs_none": "No run fits.",
    "page_runs_read": "The search reads prompts and models, and no other field.",
    "page_runs_elsewhere": ", {count} not in this list",
    "page_runs_found": "Found: {found}",
    "page_runs_more": "Found: more than {found}",
    "page_runs_keys": "On a run, 1 to 5 give stars, x rejects, 0 takes that back, c selects.",
    "page_rating_keys": "1 to 5 give stars, x rejects, 0 takes that back.",
    "page_runs_compare": "Select two to four runs to compare them.",
    "page_runs_live": "What is under way can be deleted or forgotten once it has ended.",
    "page_runs_undeletable": "Nothing to delete: none has ended with a generation that is still there.",
    "page_runs_alike": "All of them sent the same.",
    "page_runs_resumes": "Where each of them can be resumed, that is done one after the other.",
    "page_runs_deletes": "What they made goes from the API, with its files; the runs stay listed, as deleted.",
    "page_runs_forgets": "The runs go from this list and the ledger; what they made stays at the API.",
    "page_runs_delete": "Delete what {found} made, at the API, with its files? That cannot be undone.",
    "page_runs_forget": "Forget {found}? The ledger then has nothing of that; what was made stays at the API.",
    "page_runs_deleted": "Deleted: {found}",
    "page_runs_resumed": "Resumed: {found}",
    "page_runs_forgotten": "Forgotten: {found}",
    "page_runs_cut": "The connection to the kernel was lost before all of it was done.",
    "page_rated": "{rating} of 5 stars",
    "page_rejected": "Rejected",
    "page_unrated": "Not rated",
    "page_rating_off": "Not connected: the run was not rated.",
    "page_rating_nothing": "A run that made nothing is not rated.",
    "no_thumbnail": "No small picture can be made of it here.",
    "bad_rating": "A rating is a whole number from 0 (rejected) to 5, or None for no opinion.",
    "batch_not_saved": "The files of this batch are not saved yet: batch.save_all(folder) saves them.",
    "batch_progress_done": "{done} of {count}",
    "batch_progress_failed": "{failed} without files",
    "batch_progress_credits": "{credits} credits",
    "batch_progress_left": "{left} left",
    "batch_progress_stopping": "stopping",
    "batch_progress_canceling": "canceling",
    "batch_progress_under_way": "{doing}: {count} still under way",
    "batch_still_running": "Timed out after {seconds} s. The batch is still in progress.",
    "batch_save_held": (
        "{problem}. Nothing new is sent until files can be written there. Make room, or let that folder be written to; "
        "the batch then goes on by itself."
    ),
    "batch_ledger_held": (
        "The ledger at {path} cannot be written ({reason}). Nothing new is sent without it. Put it back, make room, or "
        "let it be written to; the batch then goes on by itself."
    ),
    "batch_delayed": "{sentence} {reason}",
    "batch_shut_down": "The process that carried the batch ended. Batch.open() goes on.",
    "batch_bad_backend": "backend= is one of {choices}.{hint}",
    "batch_bad_images": "images= is one of path, thumbnail, None.{hint}",
    "batch_bad_executor": "executor= is an executor of any library, with a method submit, or None for threads.",
    "batch_bad_number": "The number of an item is a whole number, from 1.",
    "batch_bad_limit": "limit= is a whole number of batches, at least 0.",
    "batch_bad_path": "{name} takes a path: a text, or a pathlib.Path.",
    "bad_catalogue": "catalogue= takes a genwidget.Catalogue, or None for the models that ship.",
    "batch_bad_state": "items() takes states one by one, such as items('done', 'failed'). They are: {choices}.{hint}",
    "batch_bad_generation": "The id of a generation is a text. batch.search(number) finds them.",
    "batch_bad_function": "map_outputs takes a function of a path.",
    "batch_template_brace": (
        "The template has a brace without its partner at character {place}. Write {{{{ or }}}} for one."
    ),
    "batch_template_empty": "The template has empty braces at character {place}.",
    "batch_template_unknown": "The template's {{{name}}} is neither a column nor an axis.{hint}",
    "batch_template_unused": "The template replaces the prompt, and does not use {name}. Write {{{name}}} in it.",
    "batch_template_not_text": "A template is a text.",
    "batch_template_value": "The template's {{{name}}} takes a text, or a number that can be written out, not {kind}",
    # The side panel, which has them from its own build: it speaks before there is a kernel.
    "sidebar_closed": "The playground is closed.",
    "sidebar_close": "Close the playground",
    "sidebar_keep": "Keep open",
    "sidebar_under_way": (
        "A run is under way, and its kernel ends with the panel. It is not canceled: opened again, the panel offers to "
        "resume it. A batch sends nothing more until it is resumed, as with genwidget batch resume."
    ),
    "sidebar_unread": "The text of the body is no JSON yet, so it is not in the form, and is lost with the panel.",
    "sidebar_caption": "Try image and video models, send and see what comes back",
    "sidebar_starting": "Starting a kernel…",
    "sidebar_connecting": "Connecting to the kernel…",
    "sidebar_busy": "The kernel is busy. The playground appears when it is free.",
    "sidebar_restarting": "The kernel is restarting…",
    "sidebar_slow": "The kernel has not answered yet.",
    "sidebar_dead": "The kernel has died.",
    "sidebar_gone": "The kernel of the playground has ended.",
    "sidebar_disconnected": "The connection to the kernel is lost.",
    "sidebar_reconnecting": "Connection to the kernel lost. Reconnecting…",
    "sidebar_no_python": "No Python kernel is installed on this server.",
    "sidebar_not_drawn": "The playground could not be drawn.",
    "sidebar_blob_scripts": (
        "This widget could not be started: the Content-Security-Policy of this page refuses scripts from blob: "
        "addresses, and anywidget loads every widget from one. Whoever serves the page has to add blob: to its "
        "script-src."
    ),
    "sidebar_stale": "This page has lost track of the kernel's widgets.",
    "sidebar_no_manager": (
        "The panel needs a compatible ipywidgets JupyterLab extension (jupyterlab_widgets); none was found."
    ),
    "sidebar_missing": (
        "genwidget is not installed in this kernel. In the kernel's environment and a clone of genwidget, run the "
        "command below. Then try again."
    ),
    "sidebar_outdated": (
        "The genwidget in this kernel is too old. In the kernel's environment and a newer clone of genwidget, run the "
        "command below. Then restart the kernel."
    ),
    "sidebar_no_kernel": "{name} has no kernel.",
    "sidebar_not_open": "{name} is not open.",
    "sidebar_not_python": "The kernel of {name} does not speak Python.",
    "sidebar_not_started": "The server could not start a kernel: {reason}",
    "sidebar_not_ended": "The kernel of the playground could not be ended: {reason}",
    "sidebar_failed": "The kernel could not make the playground ({name}: {reason}).",
    # What the form offers besides its controls: built into the further module that has it.
    "form_undone": "Undone",
    "form_redone": "Done again",
    "form_field_default": "{field}: default restored",
    "form_prompt": "Earlier prompt {place} of {of}",
    "form_prompt_keys": "Earlier prompts: Alt and Down in the prompt, or Up in an empty one",
    "form_prompt_typed": "Back to what was typed",
    "form_prompt_last": "No earlier prompt",
    "form_prompt_none": "No earlier prompts here",
    "form_stray_value": "Its value: {value}",
    "form_stray_used": "The value of {field} is in {name} now.",
    "form_stray_replaces": "Use as replaces what {name} holds; Undo restores that.",
    "form_stray_replaced": "The value of {field} is in {name} now, in place of what it held; Undo restores that.",
    "form_reading": "Reading what was pasted, dropped or chosen...",
    "form_drop": (
        "Drop a picture, a recipe, a JSON body or a curl command. A picture over a field of links becomes its input."
    ),
    "form_file_too_large": (
        "{name} is {size} large, and at most {limit} can be pasted or dropped. Python takes larger ones."
    ),
    "form_files_left": (
        "Of {count} files only {name} was taken. Over a field that is a list of links, all pictures are taken."
    ),
    "form_no_input": "{model_id} takes no input picture.",
    "form_no_field": "{model_id} has no field {field}: {name} was put nowhere.",
    "form_changed": (
        "Nothing was filled in: the form was changed while this was read. Paste or drop it again to fill it in."
    ),
    "form_place_gone": "The pasted text was put nowhere: the field that it was for is no longer there.",
    "form_input_set": "{field}: picture set",
    "form_link_private": "{host} is not public: the API cannot fetch it, and it is not fetched here.",
    "form_link_broken": "No picture can be shown from {host}: it is not reached, or the link is not of a picture.",
    # What is expected where the body as JSON is none.
    "form_body_not_json": "Line {line}, column {column}: {what}. Nothing is sent until this is mended or discarded.",
    "form_body_wants": "Mend or discard the JSON text",
    "form_json_object": "the body is an object, which begins with a brace",
    "form_json_value": "a value is expected",
    "form_json_name": "a name in double quotes is expected",
    "form_json_colon": "a colon is expected",
    "form_json_comma_or_brace": "a comma or a closing brace is expected",
    "form_json_comma_or_bracket": "a comma or a closing bracket is expected",
    "form_json_quote": "a text ends with a double quote, on its own line",
    "form_json_escape": "no such escape; a backslash is written twice",
    "form_json_end": "nothing may follow the object",
    "form_json_deep": "nested too deep",
    # Input pictures.
    "form_public_only": (
        "{name} is a file of this machine, and the API takes public links only. Put it where a public link reaches it, "
        "or try it in the sandbox, which keeps files itself."
    ),
    "input_unreadable": "{path} cannot be read ({reason}).",
    "input_too_large": "An input picture has at most {limit}.",
    "input_no_picture": "An input is a picture of the format PNG, JPEG or WebP.",
    "input_refused": "The sandbox does not keep this picture: {reason}",
    "input_waits": "This would wait on the thread that executes runs. Give a link in place of the file.",
    "input_not_own": "Only pictures of the sandbox are fetched by the kernel.",
    "input_fits": "fits",
    "input_wrong": "to try a refusal: {refusal}",
    # Resume.
    "resume_other_key": "This run was sent with another API key. Lock that key to resume it.",
    "resume_no_body": "The request was not stored, so it cannot be repeated. Check the content list for what was made.",
    "resume_too_old": "An idempotency key holds for 24 hours, and this one is older. Check the content list first.",
    "resume_set_back": (
        "The clock was set back since this run was sent, so nobody knows whether its idempotency key still holds. "
        "Check the content list first."
    ),
    "resume_not_stored": "The request was not stored, so it cannot be sent again. Nothing was made.",
    "resume_elsewhere": "This run goes to {region}, {host}. Choose that region and lock a key there to resume it.",
    "resume_deleted": "The generation of this run was deleted, so there is nothing to resume.",
    "resume_not_lost": "Only a lost, unreached, unsent or expired run can be resumed.",
    # Runs and outputs as the result of a cell.
    "display_more": "{count} more",
    "display_too_large": (
        "This output is {size} MiB, and at most {limit} MiB are put into a notebook. Its save() writes it to a file."
    ),
    "display_unknown": "This output is of type {media_type}, which is not shown. Its save() writes it to a file.",
    # Recipes.
    "recipe_none": "{path} has no recipe, and there is none beside it.",
    "recipe_unreadable": "The recipe of {path} cannot be read: {reason}",
    "recipe_of_other": "{path} has no recipe: the one beside it, {recipe}, is of another file.",
    "recipe_is_none": "it is not a recipe of genwidget",
    "recipe_pasted": "the picture or film",
    "recipe_no_file": "there is no such file",
    "recipe_folder": "it is a folder",
    "recipe_device": "it is a pipe or a device",
    "recipe_too_large": "it is larger than {limit} bytes",
    "recipe_pillow_missing": (
        "The recipe of a JPEG or WebP file needs Pillow, which is not installed. Run: pip install pillow"
    ),
    # A request that is pasted into a form.
    "paste_filled": "Filled in {count} fields.",
    "paste_filled_one": "Filled in 1 field.",
    "paste_emptied": "Emptied, as the pasted request has no value for them: {fields}.",
    "paste_left_out": "Left out, as {model_id} does not take them: {fields}.",
    "paste_key_left_out": "The API key in it was left out and is not kept: keys are locked at the top.",
    "paste_idempotency_left_out": "Its idempotency key was left out: each Send has one of its own.",
    "paste_region_stays": "It was for {region}; the region stays {stays}.",
    "paste_model_unknown": "The model {asked} is not known here; the model stays {model_id}.",
    "paste_no_field": "Nothing was filled in: what was pasted has no value for a field of {model_id}.",
    "paste_no_command": (
        "Nothing was filled in: this is no JSON body, no recipe, and no curl command that starts a generation."
    ),
    "paste_no_body": "Nothing was filled in: the curl command has no body (-d).",
    "paste_body_in_file": (
        "Nothing was filled in: the body of the curl command lies in a file. Paste that file's text."
    ),
    "paste_open_quote": "Nothing was filled in: a quote of the curl command is not closed.",
    "paste_no_object": "Nothing was filled in: the body is JSON, but no object.",
    "paste_not_json": "Nothing was filled in: the body is no JSON ({reason}).",
    "paste_not_json_at": "Nothing was filled in: the body is no JSON. Line {line}, column {column}: {reason}.",
    "paste_too_long": "Nothing was filled in: the text is longer than {limit} characters.",
    "paste_recipe_without_body": "Nothing was filled in: the recipe has no body, which was not stored with its run.",
    "paste_recipe_unreadable": "Nothing was filled in: this is no recipe of genwidget that can be read.",
    "paste_no_recipe": "Nothing was filled in: this picture or film has no recipe inside.",
    "paste_file_unreadable": "Nothing was filled in: {path} cannot be read ({reason}).",
    "paste_what": "Paste a text, bytes, or the path of a file as pathlib.Path, and not {kind}.",
    "paste_no_text": "Nothing was filled in: this is no text, and no picture or film with a recipe inside.",
    "embed_signed": (
        "This file has a C2PA manifest, whose signature a recipe inside it would break. Save it without embed=True: "
        "the recipe then lies beside it."
    ),
    "embed_format": (
        "A file of type {media_type} takes no recipe; PNG, JPEG, WebP and MP4 files do. Save it without embed=True: "
        "the recipe then lies beside it."
    ),
    "embed_broken": (
        "This file is not built as {media_type} files are, so no recipe was put into it. Save it without embed=True: "
        "the recipe then lies beside it."
    ),
    "embed_too_large": (
        "The recipe is too long for a file of type {media_type}. Save it without embed=True: the recipe then lies "
        "beside it."
    ),
    # The command line.
    "cli_resume": "Resume it with: genwidget runs resume {run_id}",
    "cli_save_again": "Save the outputs again with: genwidget runs save {run_id}",
    "cli_stopped": "Interrupted.",
    "cli_left": "Stopped waiting; the generation may continue at the API. Its run: {run_id}",
    "cli_saved": "Saved: {path}",
    "cli_still_at": "It is still at {url}",
    "cli_not_tried": (
        "{failures} outputs in a row could not be saved, so the others were not tried. Not tried: {count}. "
        "Their links are in the record: genwidget runs save {run_id} --json"
    ),
    "cli_no_stdout": "Nothing can be written to stdout: {reason}",
    "cli_closed": "it is closed",
    "cli_too_large": "it is larger than {limit} bytes",
    "cli_too_deep": "it is nested too deeply",
    "cli_no_object": "it is not a JSON object",
    "cli_empty_path": "must not be empty",
    "cli_bad_limit": "must be a whole number from 1 to 999,999,999",
    "cli_bad_integer": "must be a whole number",
    "cli_bad_credits": "must be a number of credits, at least 0",
    "cli_bad_column": "--column takes FIELD=COLUMN, and got: {text}",
    "cli_more_problems": "More problems: {count}",
    "cli_more_items": "There are more. All of them: genwidget batch show {batch_id}",
    "cli_batch_begun": "Batch {batch_id}. Items: {count}",
    "cli_batch_left": "Interrupted; nothing more is sent. Go on with: genwidget batch resume {batch_id}",
    "cli_batch_resume": "Go on with: genwidget batch resume {batch_id}",
    "cli_batch_raise_machine": "Raise GENWIDGET_SPEND_LIMIT, and go on with: genwidget batch resume {batch_id}",
    "cli_batch_add": "Add credits, and go on with: genwidget batch resume {batch_id}",
    "cli_batch_raise": "Go on with a higher limit: genwidget batch resume --limit CREDITS {batch_id}",
    "cli_check_keyless": (
        "Without a key in {variable}, prices are those that ship; the balance, and what could be reused, are not known."
    ),
    "cli_seconds_unknown": "not known",
    "cli_cannot_afford": "The plan costs {credits} credits, and the balance is {balance}. Add credits, or plan less.",
    "cli_plan_format": (
        "Send every item of a plan, follow all of them, and save what they make. A .toml plan has model (one, or a "
        "list), repeat, template, seed, and [fields], each one value or a list; lists multiply, "
        "[[pairs]] hold values that go together, and [base] what all items share. Or it has [[items]], each with "
        "fields of its own. "
        "A .csv or .parquet plan has a column for each field, and a row for each item."
    ),
    "cli_batch_retry": "Begin them anew with: genwidget batch resume --retry-failed {batch_id}",
    "cli_batch_unsure": (
        "Decide each unsure item with: genwidget batch find {batch_id} ITEM, then genwidget batch adopt {batch_id} "
        "ITEM GENERATION or genwidget batch again {batch_id} ITEM"
    ),
    "cli_batch_asked": "Asked to stop: {holder}",
    "cli_price_asked": "ask",
    "cli_prices": (
        "ask: no list has this price. The API's estimate tells it, which costs nothing: the page shows it beside Send, "
        "and in a shell genwidget batch run PLAN --check prints it for a plan."
    ),
    "cli_demo_no_folder": "The notebooks cannot be put into {path}: {reason}",
    "cli_key_of_sandbox": "The sandbox needs none: --region sandbox",
    "cli_prices_key": "With a key in {variable}, the API's own list of models and prices is read too.",
    "cli_no_match": "No run has these words in its prompt or model.",
    "cli_no_runs": (
        "The ledger has no runs. Make one with the sandbox: genwidget generate bfl/flux-schnell "
        '--prompt "A baby seal on Arctic ice" --region sandbox -o pictures/'
    ),
    "cli_no_batches": "The ledger has no batches. Run one: genwidget batch run PLAN",
    "cli_more_found": (
        "These are the newest {count} with these words. More of them: genwidget runs list --limit {more} {words}"
    ),
    "cli_more_runs": "These are the newest {count}. More of them: genwidget runs list --limit {more}",
    "cli_cost": "Cost: {amount}",
    "cli_cost_unknown": "Cost: not known, since no list has this price and the API did not tell it.",
    "cli_no_model": "No model has {word} in its identifier.",
    "cli_unforeseen": (
        "An unexpected error occurred ({kind}), which is a bug in genwidget {version}. What was sent is listed by: "
        "genwidget runs"
    ),
    "cli_no_generation": "The API answered without a generation.",
    # The magics of IPython.
    "magic_unread": "{magic}: {reason}",
    "magic_not_taken": "{magic} takes no {what}.{hint} Its options: {known}.",
    "magic_key": "A key comes from BABYSEA_API_KEY, else it is asked for.",
    "magic_more_words": "further word",
    "magic_nothing_sent": "Interrupted. Nothing was sent.",
    "magic_goes_on": (
        "Interrupted; the run goes on. _.wait() waits for it, _.cancel() cancels it; should the kernel end, take it up "
        "with: genwidget runs resume {run_id}"
    ),
    "magic_await": "This Python has no threads, so nothing waits here: await _ waits for the run.",
    "spend_of_kernel": "this kernel",
    "spend_of_ledger": "all",
    "cli_prompt_twice": "{field} is given twice, as {where} and by --set: give one of them. Nothing was sent.",
    "magic_cell": "the text of the cell",
    "cli_bad_set": "--set takes FIELD=VALUE, and got: {text}",
    "cli_bad_body": "The body in {path} cannot be read: {reason}",
    "cli_interrupted": "Interrupted; the generation is being canceled.",
    "cli_no_run": "The ledger has no run {run_id}.",
    "cli_many_runs": "More than one run begins with {run_id}. Give more of it.",
    "cli_no_limit": "none",
    "cli_forgotten": "Forgotten: {run_id}",
    "cli_forgotten_reserved": "What was reserved for it, {credits}, counts as spent.",
    "cli_unfinished": (
        "Run {run_id} is {state}. Forgetting it means it cannot be resumed. Use --force to forget it anyway."
    ),
    "content_none": (
        "No matching generation found: same model and prompt, created after this run, not used by another run."
    ),
    "content_not_all": (
        "No matching generation found among {count} of the content list. It has more, which were not read."
    ),
    "runs_beside": "({count} earlier ones are in the ledger; %runs --limit N lists them)",
    "runs_index": "There is no run {index}: these are {count} {beside}",
    "content_some": (
        "Created from 5 minutes before this run on, since clocks differ, with the same model and prompt, and not used "
        "by another run:"
    ),
    "check_counts": "{agree} agree, {differ} differ, {unchecked} unchecked. Nothing was generated or paid for.",
    "check_unwritten": "The table cannot be written to {path}: {reason}",
    "check_written": "Written to {path}",
    "cli_demo_folder": (
        "The notebooks are copies for you to change, in {folder}. What you save there stays, and the demo opens the "
        "same ones the next time."
    ),
    "cli_no_notebooks": "The demo's notebooks are not installed here. They are in a clone, in its folder notebooks.",
    # No index has genwidget, but where it is installed pip takes it as it is and adds what the extra asks for.
    "lab_missing": (
        'JupyterLab is not installed. Run, where genwidget is installed: pip install "genwidget[lab,sandbox]"'
    ),
    # The sandbox.
    "sandbox_is": (
        "They use the sandbox, which runs on this machine: its credits are no money, and its pictures and films are "
        "stand-ins that no model made."
    ),
    "sandbox_failed": "The sandbox cannot start: {reason}",
    "sandbox_missing": (
        'The sandbox is not installed. Run, where genwidget is installed: pip install "genwidget[sandbox]"'
    ),
    # What `Try an example` fills in as the prompt, for each type.
    "example_image": "A baby seal on Arctic ice at low sun, soft snow light, calm water",
    "example_video": "Slow waves roll in below a lighthouse at dusk, its beam turning through thin fog",
    # Lines of the page's parts.
    "nothing_kept": "Responses and media are never saved with a notebook.",
    "hint_webhooks": "Webhooks are set up in the workspace and need no polling.",
    "hint_info": "Get the full record for a single generation",
    "hint_cancel": "Cancel an in-progress generation",
    "hint_delete": "Delete a generation and permanently remove its output files from storage",
    # Why Send waits, beside it; each leads to what is missing.
    "wants_hello": "Waiting for the kernel",
    "wants_kernel": "No kernel takes requests",
    "wants_model": "Choose a model to send",
    "wants_sandbox": "The sandbox is not installed: choose another region",
    "wants_key": "Lock your API key to send",
    "wants_answer": "Waiting for the API's answer",
    "inferred_means": "Not in the API's documentation, but known from what it accepts. Other values can be sent.",
    "credit_worth": "1 credit is 1 USD.",
    "menu_price_at": "{credits}/s at {resolution}",
    "menu_price_film": "{credits} for {seconds} s",
    "menu_price_second": "{credits} a second",
    "menu_price_unknown": "price not known",
    "menu_keys": "Up, Down to move · Enter to choose · Esc to close",
    "near_models": "No identifier has this. Did you mean:",
    "no_model_fits": "No identifier of an image or a video model has this.",
    "other_type": "{model_id} makes {type}s.",
    "sandbox_offer": (
        "The sandbox runs on this machine. It needs no account, and its key is public. Its credits are no money, and "
        "its pictures and films are stand-ins."
    ),
    "sandbox_instead": "The sandbox on this machine needs no account and costs nothing.",
    "sandbox_made": "Made by the sandbox: a stand-in, paid for with credits that are no money.",
    "sandbox_credits": "Credits of the sandbox are no money.",
    "region_means": '{label}: {host}, region="{region}" in Python',
    "price_with_key": "price known once a key is locked",
    "post_took": "From the POST to its response",
    # A view without its kernel.
    "kernel_saved": "No kernel answers this view: it was drawn from saved state, or its kernel is busy.",
    "kernel_silent": "The kernel no longer answers: it is busy, it has ended, or the connection to it is lost.",
    "kernel_gone": "The kernel behind this view has ended.",
    "kernel_again": "Run its cell again to use it; where there is none, reload the page.",
    "kernel_run": "The run that was under way is in the ledger; History shows it then, but for that of a dashboard.",
    # Commands and hosts.
    "no_view": "A playground for {model_id}. It needs a running kernel: run this cell.",
    "unforeseen": "An unexpected error occurred in this kernel ({kind}). Nothing more was sent.",
    "run_waits": "1 run was under way when its kernel ended.",
    "runs_wait": "{count} runs were under way when their kernel ended.",
    "panel_is_new": (
        "JupyterLab's side panel is closed, or on another kernel: this is a new playground, of this kernel alone. "
        "Choose this notebook under Kernel in the panel to see it there."
    ),
    "history_late": "The ledger at {path} has not been read yet; pg.runs will have its runs once it is.",
    "no_such_run": "This kernel does not know that run.",
    "no_such_body": "There is no {which} to show yet.",
    "bad_interval": "An interval between polls is more than 0 and at most {most} seconds.",
    "live_models_unknown": (
        "The live model list could not be fetched ({reason}): only the models that ship with genwidget are known."
    ),
    "live_models_old": "The live model list could not be fetched ({reason}): the one of {when} UTC is used.",
    "live_models_off": (
        "The live model list is turned off (live_models): only the models that ship with genwidget are known."
    ),
    "live_models_unasked": "More models may be known once a key is locked: the live model list is fetched with it.",
    "live_models_coming": "The live model list is still being fetched. Once it is there, the model can be set again.",
    "live_models_failed": "The live model list could not be fetched; the shipped one is shown.",
    # What the page says of itself.
    "keys_page": "Everywhere",
    "keys_page_send": "Send the request",
    "keys_page_shortcuts": "Show this list, or close it",
    "keys_form": "In the form",
    "keys_form_undo": "Undo the last change",
    "keys_form_redo": "Redo it",
    "keys_form_prompts": "List of earlier prompts, in the prompt",
    "keys_given": "Pasted or dropped into the form",
    "keys_given_request": "A curl command, a JSON body, a recipe, or a picture or film with its recipe fills it.",
    "keys_given_picture": "A picture without a recipe becomes an input, of the field that it is dropped on.",
    "keys_prompt": "In an empty prompt",
    "keys_prompt_older": "Earlier prompt",
    "keys_prompt_newer": "Later prompt",
    "keys_picture": "Picture in full size",
    "keys_picture_next": "Next output",
    "keys_picture_previous": "Output before",
    "keys_picture_older": "Older run",
    "keys_picture_newer": "Newer run",
    "keys_picture_rate": "Rate with stars",
    "keys_picture_reject": "Reject",
    "keys_picture_unrate": "Take the rating back",
    "keys_picture_save": "Save",
    "keys_picture_zoomIn": "Zoom in",
    "keys_picture_zoomOut": "Zoom out",
    "keys_picture_fit": "Fit to the window",
    "keys_picture_whole": "Show at 100 %",
    "keys_picture_pan": "Move what is seen",
    "keys_picture_copy": "Copy the picture",
    "keys_film": "Video in full size",
    "keys_film_next": "Next output",
    "keys_film_previous": "Output before",
    "keys_film_older": "Older run",
    "keys_film_newer": "Newer run",
    "keys_film_rate": "Rate with stars",
    "keys_film_reject": "Reject",
    "keys_film_unrate": "Take the rating back",
    "keys_film_save": "Save",
    "keys_film_play": "Play, or pause",
    "keys_film_forward": "Next frame",
    "keys_film_back": "Frame before",
    "keys_film_loop": "Loop, or play once",
    "keys_run": "On a run in History",
    "keys_run_older": "Older run",
    "keys_run_newer": "Newer run",
    "keys_run_rate": "Rate with stars",
    "keys_run_reject": "Reject",
    "keys_run_unrate": "Take the rating back",
    "keys_run_select": "Select, or deselect",
    "keys_compare": "On a result in the comparison",
    "keys_compare_next": "Result to the right",
    "keys_compare_previous": "Result to the left",
    "keys_compare_rate": "Rate with stars",
    "keys_compare_reject": "Reject",
    "keys_compare_unrate": "Take the rating back",
    "keys_grid": "In the sheet of a batch",
    "keys_grid_right": "Item to the right; of a list, also on to the next row",
    "keys_grid_left": "Item to the left; of a list, also back to the row above",
    "keys_grid_down": "Row below",
    "keys_grid_up": "Row above",
    "keys_grid_pageDown": "Screen below",
    "keys_grid_pageUp": "Screen above",
    "keys_grid_first": "First item",
    "keys_grid_last": "Last item",
    "keys_grid_open": "Open in full size",
    "keys_grid_compare": "Compare with another",
    "keys_grid_rate": "Rate with stars",
    "keys_grid_reject": "Reject",
    "keys_grid_unrate": "Take the rating back",
    "keys_item": "Item in full size",
    "keys_item_next": "Next output, or item",
    "keys_item_previous": "Output, or item before",
    "keys_item_rate": "Rate with stars",
    "keys_item_reject": "Reject",
    "keys_item_unrate": "Take the rating back",
    "keys_search": "In a search of JSON",
    "keys_search_next": "Next match",
    "keys_search_previous": "Match before",
    "keys_search_close": "Close the search",
    "money_amount": "{credits} (${dollars})",
    "money_amount_sandbox": "{credits} of the sandbox (no money)",
    "money_spent": "Spent from this playground: {amount}.",
    "money_reserved": "Reserved for its runs that have not ended, or can be resumed: {amount}.",
    "money_kernel": "Spent by this kernel, from other playgrounds and batches too: {amount}.",
    "money_limit": "Spend limit ({whose}): {limit}; {left} left.",
    "money_no_limit": "No spend limit is set for this playground.",
    "sheet_connecting": "Waiting for the kernel...",
    "sheet_off": "Not connected. Run the cell again to go on.",
    "sheet_across": "Which axis goes from left to right; the other one goes down.",
    "sheet_tabs": "Which axis has a tab for each of its values: the items of one value are shown at a time.",
    "sheet_stop": "Stop: no further item is sent; those under way go on to their end.",
    "sheet_cancel": "Cancel: no further item is sent; those under way are canceled where it is not too late.",
    "sheet_resume": "Resume: the items that are left are sent.",
    "sheet_retry_failed": "Retry failed: the items that failed are sent anew.",
    "sheet_keys": "Arrows move · 1 to 5 rate, x rejects, 0 takes back · Space opens · c compares",
    "sheet_loaded": "Loaded into the form: {label}",
    "sheet_rated": "Rated {rating} of 5",
    "sheet_rejected": "Rejected",
    "sheet_unrated": "Rating taken back",
    "sheet_second": "Choose another picture, and press c again",
    "sheet_no_picture": "No picture: {reason}",
    "sheet_no_picture_yet": "No picture yet: {reason}",
    "sheet_film": "Video",
    "sheet_nothing_to_open": "This item has no output to open",
    "sheet_saved": "Saved: {filename}",
    "sheet_too_many": "{count} items are more than the {most} that the page sends at once. In a cell, call pg.sweep.",
    "sheet_no_form": "No playground is open in this kernel. Show one, and load the item into its form then.",
    "sheet_no_picks": "No item has stars yet. Keys 1 to 5, or the stars below, give them: such items are the picks.",
    "sheet_picks_too_large": "The picks are larger than {limit} MB. In a cell, batch.save_picks(folder) saves them.",
    "page_defaults": "Defaults restored",
    "page_defaults_undo": "Defaults restored, which can be undone",
    "page_restored": "Values restored",
    "page_inserted": "Inserted below",
    "page_sweep_left": "Taken out, as the form's model does not have it: {values}",
    "page_sweep_empty": "Choose or type at least one value of {name}.",
    "page_sweep_times": "repeat takes a whole number from 1 to {most}.",
    "page_sweep_replaces": "In place of the form's {names}",
    "page_sweep_same": "{count} equal to another",
    "page_sweep_full": "The page varies up to {most} axes at once. In a cell, sweep() takes any number.",
    "page_sweep_none": "Add an axis: what it varies makes the items.",
    "page_saved": "Saved: {filename}",
    "page_saved_all": "Saved {count} of {of} files",
    "page_seed": "Seed {seed}",
    "page_seed_any": "Another seed each time",
    "page_seed_free": "This seed is sent each time. Press for another seed each time.",
    "page_seed_back": "Another seed each time. Press to keep {seed} again.",
    "page_seed_keep": "Another seed each time. Press to keep the shown result's, else a random one.",
    "page_fill_late": "Nothing was filled in: the form was changed while the request was read.",
    "page_again": "Send the same body again",
    "page_again_seed": "Send the same body with another seed",
    "page_again_elsewhere": "It was sent to {region}: choose that region to send it again.",
    "page_no_older": "No older run with outputs",
    "page_no_newer": "No newer run with outputs",
    "page_example": "Example filled in",
    "page_state": "Generation {state}{took}",
    "page_model": "{model_id}, {count} fields",
    "page_copied": "{name}: copied",
    "page_copy_refused": "{name}: the browser refused",
    "page_canceling": "Canceling",
    "page_key_checking": "Checking the API key",
    "page_key_locked": "API key locked",
    "page_key_unlocked": "API key unlocked",
    "page_not_kept": "This response is no longer kept.",
    "page_nothing": "No response yet",
    "page_nothing_kept": "No response kept",
    "page_nothing_means": "Progress, outputs and JSON appear here.",
    "page_no_model": "No model chosen",
    "page_delete": "Delete for good?",
    "page_line": "Line {line}",
    "page_model_selected": "Model selected",
    "page_filled": "Required fields filled",
    "page_off": "Not connected.",
    "module_loading": "Loading...",
    "module_waits": "This part is loaded from the kernel, which is not connected.",
    "module_blocked": (
        "This part of the page could not be started. Where a content security policy is set, it has to allow scripts "
        "from blob: addresses."
    ),
    "no_such_module": "The page has no part of this name. Run the cell again.",
    "not_installed_whole": (
        "genwidget is not installed with all it needs: {reason}. Run, where genwidget is installed: "
        "pip install genwidget"
    ),
    "page_not_built": "The page is not built: {path} is missing. In a clone, run: cd js && npm ci && npm run build",
    "bad_command": "The page sent a command that this kernel does not know. Reload the page.",
    "bad_base_url": (
        "A base URL must begin with https://, or with http:// on this machine (loopback), and have a host, "
        "without user name, password, query or fragment."
    ),
    "no_attribute": "A playground has no attribute {name}.{hint}",
    "attribute_is_field": (
        "A playground has no attribute {name}. To set the field: pg.values = {{**pg.values, {field!r}: ...}}"
    ),
    "unknown_language": "Unknown language: {language}. Choose one of {languages}.{hint}",
    "unknown_variable": "{name} is not a variable of genwidget; it is ignored.{hint}",
    "bad_setting": "{name} cannot be {value}. It is {means}.",
    "setting_switch": "true or false",
    "setting_text": "a text",
    "setting_whole": "a whole number {bounds}",
    "setting_number": "a number {bounds}",
    "setting_bounds": "from {low} to {high}",
    "setting_above": "above 0 and at most {high}",
    "bad_history": "{name} cannot be {value}. Choose one of user, key, session.",
    "unknown_region": "Unknown region: {region}. Choose one of {regions}.{hint}",
    "not_public": "Not fetched: {host} is not a public address.",
    "bad_link": "Not fetched: its link is not valid.",
    "output_encoded": "Not fetched: the file is sent compressed ({coding}), which was not asked for.",
    "file_not_now": "This output cannot be fetched now ({reason}).",
    "output_gone": "This output can no longer be fetched ({reason}). Its link may have expired.",
    "output_too_large": "Not fetched: the file is larger than {limit}.",
    "not_uuid": "Must be a valid UUID",
}


#: What is said in a shell in place of the same code's sentence in :data:`MESSAGES`, with the same values.
SHELL: Final[dict[str, str]] = {
    "no_outputs_yet": "No outputs yet: the run is {state}.",
    "no_outputs_resume": "No outputs: the run is {state}. genwidget runs resume resumes it.",
    "deadline_explained_run": "The generation may still end at the API. Resuming the run polls it again.",
    "no_outputs_record": "The record of this run is not held any more. genwidget runs save asks for it.",
    "key_absent": "No API key: set BABYSEA_API_KEY.",
    "key_of_other_host": (
        "The API key is for {locked}, but this goes to {wanted}. A key is only sent to its own host: "
        "set BABYSEA_API_KEY to a key for {wanted}."
    ),
    "key_of_other_run": (
        "This run was sent with another API key. Set BABYSEA_API_KEY to that key to ask the API about it."
    ),
    "resume_other_key": "This run was sent with another API key. Set BABYSEA_API_KEY to that key to resume it.",
    "batch_other_key": "Batch {batch_id} was started with another API key. Set BABYSEA_API_KEY to that one to go on.",
    "advice_price_unknown": "Nothing was sent. --allow-unknown sends it all the same.",
    "batch_stray_column": "Column {name} is no field of any model.{hint} Name the columns to use: {columns}",
    "batch_column": "--column {field}={column}",
    "batch_column_quoted": '--column "{field}={column}"',
    "batch_no_id": "Give the id of a batch. They are listed by: genwidget batch list",
    "batch_model_twice": "The plan names its model, and --model is of what names none. Leave one of them out.",
    "batch_sweep_columns": "A sweep has no columns: --column is of a table, or of a plan with [[items]]. Leave it out.",
    "batch_no_model": "Name the model with --model, or give one in every row or pair",
    "batch_stop_if_needed": (
        "Batch {batch_id} was started in Python with a function that decides when it stops, which is not known here. "
        "Go on without it: genwidget batch resume --without-stop-if {batch_id}"
    ),
    "batch_may_be_made": (
        "The content list has what item {number} may have made: {found}. Adopt it: genwidget batch adopt; or send the "
        "item again all the same: genwidget batch again --although-found"
    ),
    "batch_stopped_by": "{reason} Stopped; genwidget batch resume goes on.",
    "batch_shut_down": "The process that carried the batch ended. genwidget batch resume goes on.",
}

_words: list[dict[str, str]] = []


@contextmanager
def shell_words() -> Iterator[None]:
    """Let every thread's sentences be those of a shell, to the end of the block."""
    _words.append(SHELL)
    try:
        yield
    finally:
        _words.pop()


def render(code: str, **values: object) -> str:
    """Return the sentence of ``code`` with its braces filled, each value fit to show.

    Raises:
        KeyError: the code, or a value that its sentence names, is missing.
    """
    template = MESSAGES[code]
    for words in _words:
        template = words.get(code, template)
    return template.format_map({name: without_keys(shown(value)) for name, value in values.items()})
