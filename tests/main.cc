// The one main program of every test executable with Boost.Test.
#define BOOST_TEST_MODULE pondus
#include <boost/test/unit_test.hpp>
