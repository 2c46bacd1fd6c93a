package dev.distillery.operator.faults;

import java.util.List;

/**
 * What a pod said of its training.
 *
 * @param step that it is at
 * @param resumedFrom the step at which it went on; 0 if it began at the start
 * @param checkpoint the step of the newest checkpoint; 0 if there is none
 * @param last whether it said so at its end, in its termination message
 */
record Statement(String run, String pod, long step, long resumedFrom, long checkpoint, boolean last) {
    Object[] words() {
        return new Object[] {run, pod, step, resumedFrom, checkpoint, last};
    }

    static Statement of(List<String> words) {
        return new Statement(
                words.get(0),
                words.get(1),
                Long.parseLong(words.get(2)),
                Long.parseLong(words.get(3)),
                Long.parseLong(words.get(4)),
                Boolean.parseBoolean(words.get(5)));
    }
}
