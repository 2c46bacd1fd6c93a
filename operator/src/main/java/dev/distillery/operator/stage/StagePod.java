package dev.distillery.operator.stage;

import dev.distillery.recipe.Compute;
import dev.distillery.report.TrainerEnvironment;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The trainer's pod. Satisfies the Pod Security level "restricted".
 *
 * @param image of the trainer
 * @param progressUrl where pods reach the operator, without a path
 */
public record StagePod(String image, URI progressUrl) {
    static final String CONTAINER = "trainer";

    private static final String RECIPE_FOLDER = "/etc/distillery";
    private static final String WORKSPACE = "/var/lib/distillery";
    private static final String TEMPORARY = "/tmp";
    private static final long GRACE_PERIOD_SECONDS = 30;
    private static final long USER = 65532;

    PodTemplateSpec template(StagePlan plan) {
        Compute compute = plan.compute();
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(plan.labels())
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withTerminationGracePeriodSeconds(GRACE_PERIOD_SECONDS)
                .withAutomountServiceAccountToken(false)
                .withNodeSelector(compute.nodeSelector())
                .withTolerations(
                        compute.tolerations().stream().map(StagePod::toleration).toList())
                .withPriorityClassName(compute.priorityClassName())
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
                .withImage(image)
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

    private List<EnvVar> environment(StagePlan plan) {
        List<EnvVar> variables = new ArrayList<>(List.of(
                new EnvVar(TrainerEnvironment.RECIPE, RECIPE_FOLDER + "/" + StageConfigMap.FILE, null),
                new EnvVar(TrainerEnvironment.WORKSPACE, WORKSPACE, null),
                new EnvVar(
                        TrainerEnvironment.CLAIMS,
                        MountedClaim.environment(plan.recipe().spec()),
                        null),
                new EnvVar(TrainerEnvironment.RUN_ID, plan.runId(), null),
                new EnvVar(TrainerEnvironment.PROGRESS_URL, progressUrl + "/progress/" + plan.key(), null),
                new EnvVarBuilder()
                        .withName(TrainerEnvironment.PROGRESS_TOKEN)
                        .withNewValueFrom()
                        .withNewSecretKeyRef(StageSecret.TOKEN, plan.name(), false)
                        .endValueFrom()
                        .build(),
                new EnvVar(TrainerEnvironment.IMAGE, image, null)));
        SigningKeySecret.of(plan)
                .ifPresent(key -> variables.add(new EnvVar(TrainerEnvironment.SIGNING, SigningKeySecret.FOLDER, null)));
        return variables;
    }

    private static ResourceRequirements resources(Compute compute) {
        ResourceRequirementsBuilder resources = new ResourceRequirementsBuilder()
                .addToRequests("cpu", new Quantity(Integer.toString(compute.cpus())))
                .addToRequests("memory", new Quantity(compute.memory()))
                .addToLimits("memory", new Quantity(compute.memory()));
        if (compute.gpus() > 0) {
            resources.addToLimits(compute.gpuResource(), new Quantity(Integer.toString(compute.gpus())));
        }
        return resources.build();
    }

    private static List<VolumeMount> mounts(StagePlan plan) {
        List<VolumeMount> mounts = new ArrayList<>(List.of(
                mount("recipe", RECIPE_FOLDER, true),
                mount("workspace", WORKSPACE, false),
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
                        .withName("workspace")
                        .withNewPersistentVolumeClaim(plan.compute().workspaceClaim(), null)
                        .build(),
                new VolumeBuilder()
                        .withName("tmp")
                        .withNewEmptyDir()
                        .endEmptyDir()
                        .build()));
        MountedClaim.of(plan.recipe().spec()).stream().map(MountedClaim::volume).forEach(volumes::add);
        SigningKeySecret.of(plan).map(SigningKeySecret::volume).ifPresent(volumes::add);
        return volumes;
    }

    private static Toleration toleration(Compute.Toleration t) {
        return new Toleration(t.effect(), t.key(), t.operator(), null, t.value());
    }
}
