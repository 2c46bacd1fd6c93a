/**
 * The certificate of the progress endpoint: made by the operator, kept in a Secret that all replicas share, renewed before
 * it ends; or another's, such as cert-manager's, that is only read.
 */
package dev.distillery.operator.tls;
