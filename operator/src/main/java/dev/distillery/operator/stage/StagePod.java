package dev.distillery.operator.stage;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.recipe.Compute;
import dev.distillery.report.TrainerEnvironment;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The trainer's pod. Satisfies the Pod Security level "restricted", whatever the recipe says: what recipes may add is in
 * {@link dev.distillery.recipe.PodOverrides}.
 *
 * @param images of the trainer
 * @param progress asked for each pod anew: the authority may be replaced while the operator runs
 */
public record StagePod(TrainerImages images, Supplier<ProgressAccess> progress) {
    static final String CONTAINER = "trainer";
    static final String MEMORY = "memory";

    private static final String RECIPE_FOLDER = "/etc/distillery";
    private static final String WORKSPACE = "/var/lib/distillery";
    private static final String TEMPORARY = "/tmp";
    private static final String IDENTITY = "/var/run/secrets/distillery";
    private static final String TOKEN_FILE = "token";
    /** The kubelet renews it at 80 %. */
    private static final long TOKEN_SECONDS = 3600;

    private static final long USER = 65532;

    private static final ObjectMapper JSON =
            new ObjectMapper().setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

    PodTemplateSpec template(StagePlan plan) {
        Compute compute = plan.compute();
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(labels(plan))
                .withAnnotations(compute.pod().annotations())
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withTerminationGracePeriodSeconds(
                        (long) plan.recipe().spec().checkpoint().gracePeriodSeconds())
                .withAutomountServiceAccountToken(false)
                .withServiceAccountName(compute.pod().serviceAccountName())
                .withImagePullSecrets(compute.pod().imagePullSecrets().stream()
                        .map(LocalObjectReference::new)
                        .toList())
                .withNodeSelector(compute.nodeSelector())
                .withAffinity(same(compute.affinity(), Affinity.class))
                .withTolerations(compute.tolerations().stream()
                        .map(toleration -> same(toleration, Toleration.class))
                        .toList())
                .withTopologySpreadConstraints(compute.topologySpreadConstraints().stream()
                        .map(spread -> same(spread, TopologySpreadConstraint.class))
                        .toList())
                .withPriorityClassName(compute.priorityClassName())
                .withRuntimeClassName(compute.runtimeClassName())
                .withSchedulerName(compute.schedulerName())
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(USER)
                .withFsGroup(USER)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .withContainers(container(plan))
                .withVolumes(volumes(plan))
                .endSpec()
                .build();
    }

    private Container container(StagePlan plan) {
        return new ContainerBuilder()
                .withName(CONTAINER)
                .withImage(image(plan))
                .withArgs(plan.stage().toString().toLowerCase(Locale.ROOT))
                .withEnv(environment(plan))
                .withEnvFrom(DestinationSecret.of(plan))
                .withResources(resources(plan.compute()))
                .withVolumeMounts(mounts(plan))
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .build();
    }

    /** The operator's own labels win: by them it finds its pods. */
    private static Map<String, String> labels(StagePlan plan) {
        Map<String, String> labels = new LinkedHashMap<>(plan.compute().pod().labels());
        labels.putAll(plan.labels());
        return labels;
    }

    private List<EnvVar> environment(StagePlan plan) {
        Stream<EnvVar> asked = plan.compute().pod().env().stream()
                .map(variable -> new EnvVar(variable.name(), variable.value(), null));
        return Stream.concat(asked, contract(plan).stream()).toList();
    }

    /** What trainer and operator have agreed on; the last of two variables of one name counts. */
    private List<EnvVar> contract(StagePlan plan) {
        ProgressAccess access = progress.get();
        List<EnvVar> variables = new ArrayList<>(List.of(
                new EnvVar(TrainerEnvironment.RECIPE, RECIPE_FOLDER + "/" + StageConfigMap.FILE, null),
                new EnvVar(TrainerEnvironment.WORKSPACE, WORKSPACE, null),
                new EnvVar(
                        TrainerEnvironment.CLAIMS,
                        MountedClaim.environment(plan.recipe().spec()),
                        null),
                new EnvVar(TrainerEnvironment.RUN_ID, plan.runId(), null),
                new EnvVarBuilder()
                        .withName(TrainerEnvironment.POD)
                        .withNewValueFrom()
                        .withNewFieldRef()
                        .withFieldPath("metadata.name")
                        .endFieldRef()
                        .endValueFrom()
                        .build(),
                new EnvVar(TrainerEnvironment.PROGRESS_URL, access.url() + "/progress/" + plan.key(), null),
                new EnvVar(
                        TrainerEnvironment.PROGRESS_INTERVAL, access.interval().toString(), null),
                new EnvVar(TrainerEnvironment.PROGRESS_AUTHORITY, access.authority(), null),
                new EnvVar(TrainerEnvironment.PROGRESS_TOKEN_FILE, IDENTITY + "/" + TOKEN_FILE, null),
                new EnvVar(TrainerEnvironment.IMAGE, image(plan), null)));
        SigningKeySecret.of(plan)
                .ifPresent(key -> variables.add(new EnvVar(TrainerEnvironment.SIGNING, SigningKeySecret.FOLDER, null)));
        return variables;
    }

    String image(StagePlan plan) {
        return images.of(plan.recipe().spec());
    }

    private static ResourceRequirements resources(Compute compute) {
        ResourceRequirementsBuilder resources = new ResourceRequirementsBuilder()
                .addToRequests("cpu", new Quantity(Integer.toString(compute.cpus())))
                .addToRequests(MEMORY, new Quantity(compute.memory()))
                .addToLimits(MEMORY, new Quantity(compute.memory()));
        if (compute.gpus() > 0) {
            resources.addToLimits(compute.gpuResource(), new Quantity(Integer.toString(compute.gpus())));
        }
        return resources.build();
    }

    private static List<VolumeMount> mounts(StagePlan plan) {
        List<VolumeMount> mounts = new ArrayList<>(List.of(
                mount("recipe", RECIPE_FOLDER, true),
                mount(MountedClaim.WORKSPACE, WORKSPACE, false),
                mount("identity", IDENTITY, true),
                mount("tmp", TEMPORARY, false)));
        MountedClaim.of(plan.recipe().spec()).stream().map(MountedClaim::mount).forEach(mounts::add);
        SigningKeySecret.of(plan).map(SigningKeySecret::mount).ifPresent(mounts::add);
        return mounts;
    }

    private static VolumeMount mount(String volume, String path, boolean readOnly) {
        return new VolumeMountBuilder()
                .withName(volume)
                .withMountPath(path)
                .withReadOnly(readOnly ? Boolean.TRUE : null)
                .build();
    }

    private static List<Volume> volumes(StagePlan plan) {
        List<Volume> volumes = new ArrayList<>(List.of(
                new VolumeBuilder()
                        .withName("recipe")
                        .withNewConfigMap()
                        .withName(plan.name())
                        .endConfigMap()
                        .build(),
                new VolumeBuilder()
                        .withName(MountedClaim.WORKSPACE)
                        .withNewPersistentVolumeClaim(plan.compute().workspaceClaim(), null)
                        .build(),
                new VolumeBuilder()
                        .withName("identity")
                        .withNewProjected()
                        .addNewSource()
                        .withNewServiceAccountToken(ProgressAccess.AUDIENCE, TOKEN_SECONDS, TOKEN_FILE)
                        .endSource()
                        .endProjected()
                        .build(),
                new VolumeBuilder()
                        .withName("tmp")
                        .withNewEmptyDir()
                        .endEmptyDir()
                        .build()));
        MountedClaim.of(plan.recipe().spec()).stream()
                .map(MountedClaim::volume)
                .flatMap(Optional::stream)
                .forEach(volumes::add);
        SigningKeySecret.of(plan).map(SigningKeySecret::volume).ifPresent(volumes::add);
        return volumes;
    }

    /** The recipe's records are Kubernetes' own types, field by field. */
    private static <T> T same(Object record, Class<T> type) {
        return JSON.convertValue(record, type);
    }
}
