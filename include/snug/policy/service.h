/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Variables that Kubernetes sets in each pod for each Service of the namespace.
 */
#pragma once

#include "snug/base/text.h"

/* Whether a variable is one of those that stand for a Service whatever it is called:
 * `X_SERVICE_HOST`, `X_SERVICE_PORT`, `X_SERVICE_PORT_NAME`, `X_PORT` with an address, and
 * `X_PORT_80_TCP` with what may follow it. Docker's links look the same. */
bool snug_service_has_set(struct snug_text name, struct snug_text value);
