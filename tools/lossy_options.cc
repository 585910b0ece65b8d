#include "tools/lossy_options.h"

#include <array>
#include <cmath>

namespace pondus {
namespace {

constexpr std::array<std::pair<const char*, lossy::Method>, 4> methods{
    {{"cws", lossy::Method::cws},
     {"pws", lossy::Method::pws},
     {"uq", lossy::Method::uq},
     {"ecsq", lossy::Method::ecsq}}};
constexpr const char* method_names = "cws|pws|uq|ecsq";

PruneRequest& prune_of(LossyRequest& request) {
  return request.prune ? *request.prune : request.prune.emplace();
}

SharingRequest& share_of(LossyRequest& request) {
  return request.share ? *request.share : request.share.emplace();
}

/// False if there is no such method.
bool set_method(LossyRequest& request, const std::string& name) {
  for (const auto& [spelled, method] : methods) {
    if (name != spelled) continue;
    share_of(request).method = name;
    share_of(request).options.method = method;
    return true;
  }
  return false;
}

/// "cws:32"; false if it is not of this form.
bool set_sharing(LossyRequest& request, const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || !set_method(request, text.substr(0, colon))) return false;
  std::size_t k = 0;
  const std::string count = text.substr(colon + 1);
  if (!CLI::detail::lexical_cast(count, k) || k == 0 || k > lossy::centres_most) return false;
  share_of(request).options.k = k;
  return true;
}

CLI::Validator between(double least, double most) {
  return CLI::Validator(
      [least, most](const std::string& text) {
        double value = NAN;
        const bool good = CLI::detail::lexical_cast(text, value) && value >= least && value <= most;
        return good ? std::string()
                    : "must be a number from " + CLI::detail::to_string(least) + " to " +
                          CLI::detail::to_string(most);
      },
      "");
}

CLI::Option* add_scope(CLI::App& app, const std::function<void(bool)>& set) {
  return app
      .add_option_function<std::string>(
          "--scope", [set](const std::string& scope) { set(scope == "model"); },
          "tensor: a threshold for each tensor (default); model: one for all")
      ->check(CLI::IsMember({"tensor", "model"}))
      ->type_name("tensor|model");
}

/// What `prune` and `share` have, and `encode` with other options before them.
std::array<CLI::Option*, 2> add_unified_and_seed(CLI::App& app, LossyRequest& request) {
  auto* const unified = app.add_flag_callback(
      "--unified", [&request] { share_of(request).unified = true; },
      "share over all matrices together, and over all kernels");
  auto* const seed_option =
      app.add_option_function<std::uint64_t>(
             "--seed",
             [&request](const std::uint64_t& seed) { share_of(request).options.seed = seed; },
             "of random numbers; the same seed gives the same bytes on any machine; default 0")
          ->type_name("N");
  return {unified, seed_option};
}

}  // namespace

void add_prune_options(CLI::App& app, LossyRequest& request) {
  app.add_option_function<double>(
         "--percent", [&request](const double& percent) { prune_of(request).percent = percent; },
         "weights whose magnitude is at most this percentile become zero")
      ->required()
      ->check(between(0, 100))
      ->type_name("P");
  add_scope(app, [&request](bool over) { prune_of(request).over_model = over; });
}

void add_share_options(CLI::App& app, LossyRequest& request) {
  app.add_option_function<std::string>(
         "--method", [&request](const std::string& name) { set_method(request, name); },
         "k-means, probabilistic, uniform or entropy-constrained")
      ->required()
      ->check(CLI::IsMember({"cws", "pws", "uq", "ecsq"}))
      ->type_name(method_names);
  app.add_option_function<std::size_t>(
         "-k", [&request](const std::size_t& k) { share_of(request).options.k = k; },
         "distinct values at most, zero included where there are zeros")
      ->check(CLI::Range(std::size_t{1}, lossy::centres_most))
      ->type_name("K");
  app.add_flag_callback(
         "--exact",
         [&request] {
           if (share_of(request).method != "cws")
             throw CLI::ValidationError("--exact", "only with --method cws");
           share_of(request).options.method = lossy::Method::cws_exact;
         },
         "with cws: the k-means of least error")
      ->type_name("");
  auto* const bits = app.add_option_function<double>(
      "--bits", [&request](const double& bits_most) { share_of(request).options.bits = bits_most; },
      "choose k, and lambda for ecsq, so that the order-0 entropy per weight is at most this");
  auto* const error = app.add_option_function<double>(
      "--error",
      [&request](const double& error_most) { share_of(request).options.error = error_most; },
      "choose them so that the squared error is at most this part of the squared weights");
  bits->check(between(0, 64))->type_name("B");
  error->check(between(0, 1))->type_name("E")->excludes(bits);
  add_unified_and_seed(app, request);
}

void add_step_options(CLI::App& app, LossyRequest& request) {
  auto* const prune = app.add_option_function<double>(
      "--prune", [&request](const double& percent) { prune_of(request).percent = percent; },
      "first prune, as `pondus prune --percent` does");
  prune->check(between(0, 100))->type_name("P");
  auto* const share = app.add_option_function<std::string>(
      "--share", [&request](const std::string& text) { set_sharing(request, text); },
      "then share, as `pondus share --method METHOD -k K` does");
  share
      ->check([](const std::string& text) {
        LossyRequest ignored;
        return set_sharing(ignored, text) ? std::string()
                                          : "must be METHOD:K, METHOD one of " +
                                                std::string(method_names) + ", K up to 65536";
      })
      ->type_name("METHOD:K");
  add_scope(app, [&request](bool over) { prune_of(request).over_model = over; })->needs(prune);
  for (CLI::Option* const option : add_unified_and_seed(app, request)) option->needs(share);
}

void add_pattern_option(CLI::App& app, LossyRequest& request) {
  app.add_option_function<std::string>(
         "--tensors", [&request](const std::string& pattern) { request.pattern = pattern; },
         "only tensors of rank 2 and more whose name matches this shell pattern; default: those of "
         "floating point with at least 1024 weights")
      ->type_name("PATTERN");
}

}  // namespace pondus
