/** Kueue as far as the operator reads it: why a Job is not admitted. The operator never writes there. */
package dev.distillery.operator.queue;
