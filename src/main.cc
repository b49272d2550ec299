// SPDX-License-Identifier: Apache-2.0
// Builds the World and calls the command line; nothing more.
int main() { return 0; }
