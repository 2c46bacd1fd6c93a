/**
 * The HTTP side of the development API server: authentication, discovery, OpenAPI, the resource verbs, watches, tables
 * and logs, enough for kubectl and the Fabric8 client. JSON and YAML only; no protobuf, websockets, exec or proxying.
 * It may import the store, not the runner.
 */
package dev.distillery.embedded.api;
