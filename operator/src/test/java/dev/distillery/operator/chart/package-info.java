/** The Helm chart under test: by a real helm, on a real API server. Needs what {@code kubernetes-tools/build} makes. */
package dev.distillery.operator.chart;
