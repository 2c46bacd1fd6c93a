package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import java.util.List;

/** The student lands as {@code <uri>/<modelName>/<version>/model.onnx} with what an inference service needs beside it. */
public record Publish(
        @JsonPropertyDescription("Model repositories. Absent: the command line takes out/models; a cluster needs one.")
                List<Destination> destinations,
        @Pattern("^[a-z0-9]([-a-z0-9_.]*[a-z0-9])?$") @JsonPropertyDescription("Absent: the recipe's name.")
                String modelName,
        @Min(1) @JsonPropertyDescription("Whole number, never overwritten. Absent: the next free one.") Integer version,
        @JsonPropertyDescription("How the version is signed. Absent: not at all.") Signing signing,
        @JsonPropertyDescription("Serves each published version with KServe. Absent: none.")
                InferenceService inferenceService) {

    Publish withoutInferenceService() {
        return new Publish(destinations, modelName, version, signing, null);
    }

    /** Signs the checksums of each version, so that cosign and {@code distillery verify} can check them. */
    public record Signing(
            @Required
                    @JsonPropertyDescription(
                            "Secret in the recipe's namespace with cosign.key and, for an encrypted key, cosign.password, as `cosign generate-key-pair k8s://namespace/name` makes it.")
                    SecretRef secretRef) {}

    public record SecretRef(
            @Required @Pattern("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$") @JsonPropertyDescription("Name of the Secret.")
                    String name) {}

    public record Destination(
            @Required @JsonPropertyDescription("file:///folder as the trainer sees it, or pvc://claim/folder.")
                    String uri) {}
}
