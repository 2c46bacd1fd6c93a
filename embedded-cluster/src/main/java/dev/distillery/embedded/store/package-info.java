/**
 * Objects and what may happen to them: storage, history, patches, server-side apply with field ownership, admission,
 * deletion and garbage collection, all under the store's one lock.
 *
 * <p>A development subset of the Kubernetes API machinery: everything lives in memory, there is no etcd, no admission
 * webhook and no authorization. It knows nothing of HTTP or processes; it may import the CRD module's schema, Jackson
 * and the JSON patch library.
 */
package dev.distillery.embedded.store;
