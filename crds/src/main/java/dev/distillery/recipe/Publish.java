package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** The student lands as {@code <uri>/<modelName>/<version>/model.onnx} with what an inference service needs beside it. */
public record Publish(
        @Size(max = 8)
                @JsonPropertyDescription(
                        "Model repositories. Absent: the command line takes out/models; a cluster needs one.")
                List<Destination> destinations,
        @Pattern(MODEL_NAME) @Size(max = 128) @JsonPropertyDescription("Absent: the recipe's name.") String modelName,
        @Min(1)
                @Max(MAX_VERSION)
                @JsonPropertyDescription("Whole number, never overwritten. Absent: the next free one.")
                Integer version,
        @JsonPropertyDescription("How the version is signed. Absent: not at all.") Signing signing,
        @JsonPropertyDescription("Serves each published version with KServe. Absent: none.")
                InferenceService inferenceService) {

    public static final String MODEL_NAME = "^[a-z0-9]([-a-z0-9_.]*[a-z0-9])?$";

    /** Nine digits, as everything takes that looks for versions by their names. */
    public static final int MAX_VERSION = 999_999_999;

    Publish withoutInferenceService() {
        return new Publish(destinations, modelName, version, signing, null);
    }

    /** Signs the checksums of each version, so that cosign and {@code distillery verify} can check them. */
    public record Signing(
            @Required
                    @JsonPropertyDescription(
                            "Secret in the recipe's namespace with cosign.key and, for an encrypted key, cosign.password, as `cosign generate-key-pair k8s://namespace/name` makes it.")
                    SecretRef secretRef) {}

    /** One place; what the fields mean for each scheme is in {@code docs/publishing.md}. */
    public record Destination(
            @Required
                    @Size(max = 2048)
                    @JsonPropertyDescription(
                            "file:///folder as the trainer sees it, pvc://claim/folder, s3://bucket/prefix,"
                                    + " or oci://registry/repository, below which the image takes the model's name.")
                    String uri,
            @JsonPropertyDescription("A Secret with credentials, for s3 and oci. Absent: the pod's own, as by workload"
                            + " identity.")
                    SecretRef secretRef,
            @Size(max = 2048)
                    @JsonPropertyDescription("Of an S3-compatible store, e.g. https://minio.example:9000. Absent: AWS.")
                    String endpoint,
            @Size(max = 64)
                    @JsonPropertyDescription(
                            "Of the bucket. Absent: us-east-1 with an endpoint, else what the pod's environment says, else us-east-1.")
                    String region,
            @Default("false")
                    @JsonPropertyDescription(
                            "true speaks HTTP without TLS to an oci registry. For s3, endpoint says it.")
                    boolean plainHttp,
            @JsonPropertyDescription(
                            "Of an oci destination. image: one layer, which every container runtime mounts, KServe's pods too."
                                    + " modelPack: a layer for each file, as the CNCF's ModelPack has it. Absent: image.")
                    Format format) {

        /** How a version lies in a registry. */
        public enum Format {
            @JsonProperty("image")
            IMAGE,
            @JsonProperty("modelPack")
            MODEL_PACK
        }

        /** The scheme is what comes before the first colon. */
        public String scheme() {
            return uri.substring(0, Math.max(0, uri.indexOf(':')));
        }
    }

    public record SecretRef(
            @Required
                    @Pattern(KubernetesNames.SUBDOMAIN)
                    @Size(max = KubernetesNames.MAX_NAME)
                    @JsonPropertyDescription("Of a Secret in the recipe's namespace.")
                    String name) {}
}
