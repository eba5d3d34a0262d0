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

from ministack.services import apigateway
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
threading.Thread(target=end_with_starter, daemon=True).start()
# It holds a stack to AWS's 500 resources. Here all views and processes are in the one stack, each in one of its own on AWS.
cloudformation._SECTION_QUOTAS = ()
sys.argv = ["ministack"]
try:
    runpy.run_module("ministack", run_name="__main__")
finally:
    end_functions()
    shutil.rmtree(scratch, ignore_errors=True)
