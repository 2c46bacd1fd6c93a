/** The recipe's status as a pure function of what was observed, what was said before, and the clock. */
package dev.distillery.operator.status;
