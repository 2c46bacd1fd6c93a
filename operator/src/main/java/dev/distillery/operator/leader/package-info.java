/** Which replica leads. One reconciles; all take progress reports, and those that do not lead pass them on. */
package dev.distillery.operator.leader;
