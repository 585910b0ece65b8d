// This library as a decoder that answers requests (spec: conformance, "Protocol").
#pragma once

namespace pondus {

/// Answers the lines of standard input until it ends. Throws where one is no request.
void answer_requests();

}  // namespace pondus
