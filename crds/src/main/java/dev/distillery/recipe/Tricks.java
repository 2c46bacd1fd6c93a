package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.ArrayList;
import java.util.List;

/** The eight tricks. Each is on unless {@code enabled: false}; each has a package and a method card in the trainer. */
public record Tricks(
        @Default("{}") CosineDecay cosineDecay,
        @Default("{}") Distillation distillation,
        @Default("{}") LinearScaling linearScaling,
        @Default("{}") Warmup warmup,
        @Default("{}") LabelSmoothing labelSmoothing,
        @Default("{}") MixedPrecision mixedPrecision,
        @Default("{}") ModelTweaks modelTweaks,
        @Default("{}") NoBiasDecay noBiasDecay) {

    /** Off: step decay, the rate divided by 10 at 50 % and 75 % of the steps (He et al. 2016 on CIFAR). */
    public record CosineDecay(
            @Default("true") boolean enabled,
            @Default("0")
                    @Min(0)
                    @JsonPropertyDescription("Learning rate at the end, absolute (Loshchilov & Hutter 2017: 0).")
                    double finalRate,
            @JsonPropertyDescription("Warm restarts (SGDR). Absent: one cycle.") Restarts restarts) {
        /** @return the same rates; a teacher's, as snapshots are the student's alone */
        CosineDecay withoutSnapshots() {
            return restarts == null
                    ? this
                    : new CosineDecay(
                            enabled, finalRate, new Restarts(restarts.firstEpochs(), restarts.factor(), false));
        }
    }

    /** Cycle i lasts firstEpochs · factor^i epochs; the last one is cut or ends with the run. */
    public record Restarts(
            @Default("10") @Min(1) @Max(10000) @JsonPropertyDescription("Length of the first cycle, in epochs.")
                    int firstEpochs,
            @Default("2") @Min(1) @Max(10) @JsonPropertyDescription("Each cycle is this many times longer.") int factor,
            @Default("false")
                    @JsonPropertyDescription(
                            "Publish the students at the ends of all whole cycles as one model, by their mean probabilities (Huang et al. 2017).")
                    boolean snapshots) {
        /**
         * @param warmupEpochs before the first cycle
         * @param epochs of the whole training
         * @return the epochs, counted from 1, that end a whole cycle
         */
        public List<Integer> cycleEnds(int warmupEpochs, int epochs) {
            List<Integer> ends = new ArrayList<>();
            long length = firstEpochs;
            for (long end = warmupEpochs + length; end <= epochs; end += length) {
                ends.add((int) end);
                length *= factor;
            }
            return ends;
        }
    }

    @ValidationRule(
            value = "!self.enabled || !has(self.decoupled) || self.decoupled.targetWeight > 0.0"
                    + " || self.decoupled.nonTargetWeight > 0.0",
            fieldPath = ".decoupled",
            message = "expected one weight above 0: with both at 0 nothing is learned from the teacher")
    public record Distillation(
            @Default("true") boolean enabled,
            @Default("4") @Min(0.1) @Max(100) @JsonPropertyDescription("Softens both softmaxes (Hinton et al. 2015).")
                    double temperature,
            @Default("0.1")
                    @Min(0)
                    @Max(1)
                    @JsonPropertyDescription("Weight α of the true labels; 1−α goes to the teacher's.")
                    double hardLabelWeight,
            @JsonPropertyDescription(
                            "Decoupled distillation (DKD, Zhao et al. 2022); {} takes its defaults, hardLabelWeight: 0.5 the paper's proportion of labels and teacher. Absent: the plain divergence.")
                    Decoupled decoupled) {}

    /** The paper's α is {@code targetWeight}, its β {@code nonTargetWeight}; not both 0. */
    public record Decoupled(
            @Default("1")
                    @Min(0)
                    @Max(100)
                    @JsonPropertyDescription(
                            "Weight of the divergence on \"the label's class or not\" (Zhao et al. 2022: α = 1).")
                    double targetWeight,
            @Default("8")
                    @Min(0)
                    @Max(100)
                    @JsonPropertyDescription(
                            "Weight of the divergence over the other classes (Zhao et al. 2022: β = 8 on CIFAR-100, 0.5 on ImageNet).")
                    double nonTargetWeight) {}

    @ValidationRule(
            value = "!has(self.referenceRate) || self.referenceRate > 0.0",
            fieldPath = ".referenceRate",
            message = "expected above 0")
    public record LinearScaling(
            @Default("true") boolean enabled,
            @Min(0)
                    @JsonPropertyDescription(
                            "Learning rate at referenceBatchSize, of both networks. Absent: that of the student's family (resnet-cifar 0.8, measured; resnet 0.1, Goyal et al. 2017; mobilenet-v2 0.045, torchvision).")
                    Double referenceRate,
            @Default("256") @Min(1) @Max(65536) @JsonPropertyDescription("Goyal et al. 2017.")
                    int referenceBatchSize) {}

    @ValidationRule(
            value = "!self.enabled || !(self.form in ['exponential', 'constant']) || self.startFraction > 0.0",
            fieldPath = ".startFraction",
            message = "expected above 0 for form exponential or constant")
    public record Warmup(
            @Default("true") boolean enabled,
            @Default("5")
                    @Min(0)
                    @Max(10000)
                    @JsonPropertyDescription("Goyal et al. 2017: 5. Must be below the epochs.")
                    int epochs,
            @Default("linear") @JsonPropertyDescription("How the rate rises.") Form form,
            @Default("0")
                    @Min(0)
                    @Max(1)
                    @JsonPropertyDescription(
                            "First rate as a fraction of the full one; exponential and constant need it above 0.")
                    double startFraction) {
        public enum Form {
            @JsonProperty("linear")
            LINEAR,
            @JsonProperty("exponential")
            EXPONENTIAL,
            @JsonProperty("step")
            STEP,
            @JsonProperty("constant")
            CONSTANT
        }
    }

    public record LabelSmoothing(
            @Default("true") boolean enabled,
            @Default("0.1") @Min(0) @Max(0.99) @JsonPropertyDescription("q = (1−ε)·onehot + ε/K (Szegedy et al. 2016).")
                    double epsilon,
            @Default("false")
                    @JsonPropertyDescription(
                            "Smooth the teacher's labels too; Müller et al. 2019: a smoothed teacher distils worse.")
                    boolean teacher) {}

    public record MixedPrecision(
            @Default("true") boolean enabled,
            @Default("auto")
                    @JsonPropertyDescription(
                            "auto: bf16 where the hardware computes in it, else fp16 on CUDA, else fp32.")
                    Dtype dtype) {
        public enum Dtype {
            @JsonProperty("auto")
            AUTO,
            @JsonProperty("bf16")
            BF16,
            @JsonProperty("fp16")
            FP16,
            @JsonProperty("fp32")
            FP32
        }
    }

    public record ModelTweaks(
            @Default("true") boolean enabled,
            @Default("D")
                    @JsonPropertyDescription(
                            "ResNet-B, -C or -D; D contains B and C (He et al. 2019). Changes nothing in mobilenet-v2.")
                    Variant variant,
            @Default("true") @JsonPropertyDescription("Start each residual branch's last batch norm at γ = 0.")
                    boolean zeroGamma) {
        public enum Variant {
            B,
            C,
            D
        }
    }

    /** Weight decay on convolution and linear weights only (Jia et al. 2018). */
    public record NoBiasDecay(@Default("true") boolean enabled) {}
}
