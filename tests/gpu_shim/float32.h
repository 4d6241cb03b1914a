// float as a GPU has it under -ftz=true: arithmetic takes numbers below 2^-126 for 0 and gives 0 for them.
//
// The translated kernels are compiled with `float` meaning this class, so that double keeps its own small numbers (the
// processor's flag, in MXCSR, would flush both). A load, a store and a choice (?:) copy the bits, as on a GPU; so do
// copysign and signbit. Negation, comparisons, minima and conversions flush: PTX has neg.ftz, setp.ftz, cvt.ftz.
#pragma once

#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

inline float flushed(float x) { return std::fabs(x) < std::numeric_limits<float>::min() ? std::copysign(0.0f, x) : x; }

// As PTX converts a float to a whole number: towards zero, to the nearest there is, NaN to 0; to fewer than 32 bits by
// way of 32.
template <typename Int, typename Real>
Int saturated(Real x) {
    using Limits = std::numeric_limits<Int>;
    if constexpr (std::is_same_v<Int, bool>) {
        return x != 0;
    } else if constexpr (sizeof(Int) < 4) {
        return Int(saturated<std::conditional_t<std::is_signed_v<Int>, int, unsigned>>(x));
    } else {
        if (std::isnan(x)) return 0;
        if (x <= Real(Limits::min())) return Limits::min();
        if (x >= std::ldexp(Real(1), Limits::digits)) return Limits::max();
        return Int(x);
    }
}

template <typename T>
concept Number = std::is_arithmetic_v<T>;
template <typename T>
concept Whole = std::is_integral_v<T>;

class Float {
    float bits;

  public:
    Float() = default;
    Float(float x) : bits(x) {}
    template <Number T>
    Float(T x) : bits(flushed(static_cast<float>(x))) {}

    float raw() const { return bits; }
    float value() const { return flushed(bits); }
    operator double() const { return value(); }
    explicit operator bool() const { return value() != 0; }
    template <Whole T>
    explicit operator T() const { return saturated<T>(value()); }

    Float operator-() const { return flushed(-value()); }
    Float operator+() const { return *this; }

#define ARITHMETIC(op)                                                                                   \
    friend Float operator op(Float x, Float y) { return flushed(x.value() op y.value()); }               \
    template <Number T>                                                                                  \
    friend auto operator op(Float x, T y) {                                                              \
        if constexpr (std::is_same_v<T, double>) return double(x) op y; else return x op Float(y);       \
    }                                                                                                    \
    template <Number T>                                                                                  \
    friend auto operator op(T x, Float y) {                                                              \
        if constexpr (std::is_same_v<T, double>) return x op double(y); else return Float(x) op y;       \
    }                                                                                                    \
    template <typename T>                                                                                \
    Float& operator op##=(T y) { return *this = Float(*this op y); }
    ARITHMETIC(+)
    ARITHMETIC(-)
    ARITHMETIC(*)
    ARITHMETIC(/)
#undef ARITHMETIC

#define COMPARISON(op)                                                                                   \
    friend bool operator op(Float x, Float y) { return x.value() op y.value(); }                         \
    template <Number T>                                                                                  \
    friend bool operator op(Float x, T y) {                                                              \
        if constexpr (std::is_same_v<T, double>) return double(x) op y; else return x op Float(y);       \
    }                                                                                                    \
    template <Number T>                                                                                  \
    friend bool operator op(T x, Float y) {                                                              \
        if constexpr (std::is_same_v<T, double>) return x op double(y); else return Float(x) op y;       \
    }
    COMPARISON(<)
    COMPARISON(<=)
    COMPARISON(>)
    COMPARISON(>=)
    COMPARISON(==)
    COMPARISON(!=)
#undef COMPARISON
};
static_assert(sizeof(Float) == 4 && std::is_trivially_default_constructible_v<Float>);

#define UNARY(name)                                                               \
    inline Float name(Float x) { return flushed(std::name(x.value())); }          \
    inline Float name##f(Float x) { return flushed(std::name(x.value())); }
UNARY(acos) UNARY(acosh) UNARY(asin) UNARY(asinh) UNARY(atan) UNARY(atanh) UNARY(cbrt) UNARY(ceil) UNARY(cos)
UNARY(cosh) UNARY(exp) UNARY(exp2) UNARY(expm1) UNARY(fabs) UNARY(floor) UNARY(log) UNARY(log10) UNARY(log1p)
UNARY(log2) UNARY(rint) UNARY(round) UNARY(sin) UNARY(sinh) UNARY(sqrt) UNARY(tan) UNARY(tanh) UNARY(trunc)
#undef UNARY
inline Float abs(Float x) { return fabs(x); }
inline Float rsqrt(Float x) { return Float(1.0f) / sqrt(x); }

#define BINARY(name)                                                                                \
    inline Float name(Float x, Float y) { return flushed(std::name(x.value(), y.value())); }        \
    inline Float name##f(Float x, Float y) { return flushed(std::name(x.value(), y.value())); }
BINARY(atan2) BINARY(fmod) BINARY(hypot) BINARY(pow) BINARY(remainder)
#undef BINARY
// The greater and the smaller of two numbers, as PTX has them: a number wins against NaN, and +0 is greater than -0.
template <typename Real>
Real greater_of(Real x, Real y) { return x == y ? (std::signbit(x) ? y : x) : std::fmax(x, y); }
template <typename Real>
Real smaller_of(Real x, Real y) { return x == y ? (std::signbit(x) ? x : y) : std::fmin(x, y); }
inline Float fmax(Float x, Float y) { return greater_of(x.value(), y.value()); }
inline Float fmin(Float x, Float y) { return smaller_of(x.value(), y.value()); }
inline Float copysign(Float x, Float y) { return std::copysign(x.raw(), y.raw()); }
// As NVRTC writes it: the neighbour of 0 is the smallest number that is not flushed.
inline Float nextafter(Float x, Float y) {
    const float from = x.value(), to = y.value();
    if (from == 0 && to != 0 && !std::isnan(to)) return std::copysign(std::numeric_limits<float>::min(), to);
    return flushed(std::nextafter(from, to));
}
inline Float ldexp(Float x, int n) { return flushed(std::ldexp(x.value(), n)); }

inline bool isnan(Float x) { return std::isnan(x.raw()); }
inline bool isinf(Float x) { return std::isinf(x.raw()); }
inline bool isfinite(Float x) { return std::isfinite(x.raw()); }
inline bool signbit(Float x) { return std::signbit(x.raw()); }

inline Float max(Float x, Float y) { return fmax(x, y); }
inline Float min(Float x, Float y) { return fmin(x, y); }
