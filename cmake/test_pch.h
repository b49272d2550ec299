// SPDX-License-Identifier: Apache-2.0
// What every unit test includes.
#pragma once
#include "pch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
