/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What its libraries do that a newer one, or another function of theirs, does better. It is
 * the program's own code that must change: told, and not mended.
 */
#include "snug/cli/doctor/checks.h"

static const char told[] = "This is told and not mended.";
static const char unseen[] = "the names of its functions are not to be found";

static const struct snug_build *build_of(const struct snug_patient *patient)
{
    return &patient->subject->executable.build;
}

static void look_at_netip(const struct snug_patient *patient, struct snug_finding *ret)
{
    const char *reason = snug_patient_lacks(patient, true);
    const struct snug_build *build = build_of(patient);
    if (reason) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s", reason);
    } else if (build->functions.found & SNUG_FUNCTION_REAL_IP) {
        snug_finding_see(ret, SNUG_GRADE_NOTE,
                         "chi's middleware.RealIP takes the client's address as text");
        snug_finding_follow(ret,
                            "It stands in headers that any client can send, and one "
                            "address may be written in several ways. ClientIPFromXFF and "
                            "ClientIPFromHeader, of chi 5.3.0 and newer, read it by "
                            "net/netip, and behind proxies that are trusted. %s",
                            told);
    } else if (build->modules & SNUG_MODULE_OLD_GOBGP) {
        snug_finding_see(ret, SNUG_GRADE_NOTE, "its gobgp keeps addresses as net.IP");
        snug_finding_follow(ret,
                            "Each is memory of its own, which the collector follows, and "
                            "an IPv4 address has two forms that compare as different. "
                            "gobgp v4 has net/netip. %s",
                            told);
    } else if (build->modules & SNUG_MODULE_CHI && !build->functions.is_known) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s", unseen);
    } else if (build->modules & (SNUG_MODULE_CHI | SNUG_MODULE_GOBGP)) {
        snug_finding_see(ret, SNUG_GRADE_OK, "%s",
                         build->modules & SNUG_MODULE_CHI
                             ? "chi is built in, without middleware.RealIP"
                             : "gobgp has them as net/netip");
    } else {
        snug_finding_see(ret, SNUG_GRADE_OK,
                         "no router's library is built in of which snug knows that it "
                         "offers net/netip");
    }
}

static void look_at_csr(const struct snug_patient *patient, struct snug_finding *ret)
{
    const char *reason = snug_patient_lacks(patient, true);
    const struct snug_build *build = build_of(patient);
    const unsigned found = build->functions.found;
    if (reason) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s", reason);
    } else if (!(build->modules & SNUG_MODULE_CLIENT_GO)) {
        snug_finding_see(ret, SNUG_GRADE_OK, "no client-go is built in");
    } else if (!build->functions.is_known) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s", unseen);
    } else if (!(found & SNUG_FUNCTION_CSR_BETA) ||
               (found & SNUG_FUNCTION_CSR_STABLE && !(found & SNUG_FUNCTION_GETS_BETA))) {
        snug_finding_see(ret, SNUG_GRADE_OK,
                         "nothing in it calls certificates.k8s.io/v1beta1");
    } else if (found & SNUG_FUNCTION_CSR_STABLE && found & SNUG_FUNCTION_GETS_STABLE) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED,
                         "client-go is built in with v1beta1 and v1; which of them is "
                         "called is not to be seen");
    } else {
        const bool is_called = found & SNUG_FUNCTION_CSR_STABLE;
        snug_finding_see(ret, is_called ? SNUG_GRADE_WARNING : SNUG_GRADE_NOTE, "%s",
                         is_called
                             ? "it calls certificates.k8s.io/v1beta1, and not v1"
                             : "its client-go knows certificates.k8s.io as v1beta1 alone");
        snug_finding_follow(ret,
                            "Kubernetes 1.22 and newer refuse requests for certificates "
                            "in that version: \"the server could not find the requested "
                            "resource\". client-go 0.19 and newer have v1. %s",
                            told);
    }
}

static const struct snug_check checks[] = {
    {"library.netip", "Do its routers use net/netip where they offer it?", look_at_netip},
    {"library.csr", "Does it ask for certificates in a version that is served?",
     look_at_csr},
};

const struct snug_family snug_library_checks = {checks, sizeof checks / sizeof *checks};
