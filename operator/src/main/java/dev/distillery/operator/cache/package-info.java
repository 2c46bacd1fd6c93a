/** Keeps small in memory what the operator caches of the cluster. */
package dev.distillery.operator.cache;
