"""Runs the local engine so that neither it nor a function that it started outlives the process that started it.

Standard input is a pipe whose other end only the starter holds: its end means that the starter is gone, however it died.
The one argument is the starter's scratch directory, removed at the end.
"""

import os
import runpy
import shutil
import signal
import sys
import threading
import time
from itertools import islice

from ministack.core import lambda_runtime
from ministack.services import apigateway, lambda_svc, sqs
from ministack.services.cloudformation import engine as cloudformation

scratch = sys.argv[1]


def end_with_starter():
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(15)
    os.killpg(0, signal.SIGKILL)


def end_functions():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    deadline = time.monotonic() + 2
    try:
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.02)
    except ChildProcessError:
        pass


def under_api_names(answers):
    """It keeps a template's CORS configuration under CloudFormation's names (AllowOrigins) and reads it under the API's (allowOrigins)."""
    return lambda configuration, origin: answers({name[0].lower() + name[1:]: value for name, value in configuration.items()}, origin)


apigateway._cors_response_headers = under_api_names(apigateway._cors_response_headers)
apigateway._cors_preflight_response = under_api_names(apigateway._cors_preflight_response)


def without_looking_at_all(queues):
    """It looks at every message of a queue, four times, for each ten that it hands out: with 100,000 nothing else answers for a tenth of a second."""
    collect, sweep, expire, looked = queues._collect_msgs, queues._dlq_sweep, queues._expire_retained, {}

    def next_of(queue, most):
        now = time.time()
        return list(islice((message for message in queue["messages"] if message.get("visible_at", 0) <= now), most))

    def collect_next(queue, most, seconds):
        return collect(queue if queue["is_fifo"] else {**queue, "messages": next_of(queue, most)}, most, seconds)

    def sweep_if_tried(queue):
        if queue["is_fifo"] or any(message.get("receive_count", 0) for message in next_of(queue, 10)):
            sweep(queue)

    def expire_sometimes(queue):
        name, now = queue["attributes"].get("QueueArn"), time.monotonic()
        if now - looked.get(name, 0) >= 10:
            looked[name] = now
            expire(queue)

    def delete_received(url, receipts):
        with queues._queues_lock:
            messages = queues._get_q(url)["messages"]
            done = list(islice((i for i, message in enumerate(messages) if message.get("receipt_handle") in receipts), len(receipts)))
            for i in reversed(done):
                del messages[i]

    queues._collect_msgs, queues._dlq_sweep, queues._expire_retained = collect_next, sweep_if_tried, expire_sometimes
    queues._delete_messages_for_esm = delete_received


def waiting_for_one_that_runs(functions, runtime):
    """It starts one more process for each call that finds all busy. A start takes a third of a second of a processor, most calls some milliseconds:
    once there is one for each processor, a call waits for the next that is free, though not for ever behind calls that are long."""
    acquire, release, freed = functions.acquire_worker, functions.release_worker, threading.Condition()
    enough, patience = max(2, os.cpu_count() or 1), 5

    def acquire_free(name, config, code, qualifier="$LATEST", **more):
        key = runtime._worker_key(name, config, qualifier)

        def need_not_wait():
            started = runtime._workers.get(key, [])
            return len(started) < enough or not all(worker.in_use for worker in started)

        with freed:
            freed.wait_for(need_not_wait, patience)
            return acquire(name, config, code, qualifier=qualifier, **more)

    def release_and_say(worker):
        release(worker)
        with freed:
            freed.notify_all()

    functions.acquire_worker, functions.release_worker = acquire_free, release_and_say


without_looking_at_all(sqs)
waiting_for_one_that_runs(lambda_svc, lambda_runtime)
threading.Thread(target=end_with_starter, daemon=True).start()
# It holds a stack to AWS's 500 resources. Here all views and processes are in the one stack, each in one of its own on AWS.
cloudformation._SECTION_QUOTAS = ()
sys.argv = ["ministack"]
try:
    runpy.run_module("ministack", run_name="__main__")
finally:
    end_functions()
    shutil.rmtree(scratch, ignore_errors=True)
