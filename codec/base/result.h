// A value or the error that prevented it, with the member names of std::expected.
#pragma once

#include <cassert>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>

#include "codec/base/fault.h"

namespace pondus {

/// What `value()` throws for callers who prefer exceptions.
class BadResult : public std::runtime_error {
 public:
  explicit BadResult(Error error) : std::runtime_error(describe(error)), error_(std::move(error)) {}
  const Error& error() const { return error_; }

 private:
  Error error_;
};

template <class T = void>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& operator*() { return *std::get_if<0>(&state_); }
  const T& operator*() const { return *std::get_if<0>(&state_); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }
  Error& error() { return *std::get_if<1>(&state_); }
  const Error& error() const { return *std::get_if<1>(&state_); }
  /// The value; throws BadResult where there is none.
  T& value() {
    if (!has_value()) throw BadResult(error());
    return **this;
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  Error& error() { return *error_; }
  const Error& error() const { return *error_; }
  void value() const {
    if (error_) throw BadResult(*error_);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace pondus
