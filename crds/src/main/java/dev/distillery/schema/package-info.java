/** Kubernetes' structural schemas: defaulting, pruning and validation as the API server does them, for any CRD. */
package dev.distillery.schema;
