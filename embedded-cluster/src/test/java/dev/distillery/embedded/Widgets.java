package dev.distillery.embedded;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.Serialization;

/** A custom resource with a default, a bound, a keyed list and a status. */
public final class Widgets {
    public static final String DEFINITION =
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: widgets.test.distillery.dev}
            spec:
              group: test.distillery.dev
              scope: Namespaced
              names: {kind: Widget, plural: widgets, shortNames: [wd]}
              versions:
              - name: v1
                served: true
                storage: true
                subresources: {status: {}}
                additionalPrinterColumns:
                - {name: Size, type: integer, jsonPath: .spec.size}
                - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
                - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
                schema:
                  openAPIV3Schema:
                    type: object
                    required: [spec]
                    properties:
                      spec:
                        type: object
                        properties:
                          size: {type: integer, minimum: 1, default: 3}
                          color: {type: string, enum: [red, green]}
                          parts:
                            type: array
                            x-kubernetes-list-type: map
                            x-kubernetes-list-map-keys: [name]
                            items:
                              type: object
                              required: [name]
                              properties:
                                name: {type: string}
                                weight: {type: integer}
                      status:
                        type: object
                        properties:
                          phase: {type: string}
                          conditions:
                            type: array
                            items: {type: object, x-kubernetes-preserve-unknown-fields: true}
            """;
    private static final ResourceDefinitionContext CONTEXT = new ResourceDefinitionContext.Builder()
            .withGroup("test.distillery.dev")
            .withVersion("v1")
            .withKind("Widget")
            .withPlural("widgets")
            .withNamespaced(true)
            .build();

    private Widgets() {}

    public static CustomResourceDefinition define(KubernetesClient client) {
        return client.resource(Serialization.unmarshal(DEFINITION, CustomResourceDefinition.class))
                .create();
    }

    public static MixedOperation<
                    GenericKubernetesResource, GenericKubernetesResourceList, Resource<GenericKubernetesResource>>
            in(KubernetesClient client) {
        return client.genericKubernetesResources(CONTEXT);
    }

    /** @param body the YAML of everything but type and metadata */
    public static GenericKubernetesResource widget(String namespace, String name, String body) {
        return Serialization.unmarshal(
                """
                apiVersion: test.distillery.dev/v1
                kind: Widget
                metadata: {name: %s, namespace: %s}
                %s
                """
                        .formatted(name, namespace, body),
                GenericKubernetesResource.class);
    }
}
