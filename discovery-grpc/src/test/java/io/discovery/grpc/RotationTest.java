package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RotationTest {
  private static Rotation rotation(double... weights) {
    List<Candidate> candidates =
        IntStream.range(0, weights.length)
            .mapToObj(i -> Candidates.ready("i" + i, weights[i], ""))
            .toList();
    return Rotation.of(candidates, Candidate::weight);
  }

  private static int[] counts(Rotation rotation, int candidates, long first, int turns) {
    int[] counts = new int[candidates];
    for (int i = 0; i < turns; i++) {
      counts[
          Integer.parseInt(
              rotation.candidate(rotation.at(first + i)).member().id().substring(1))]++;
    }
    return counts;
  }

  @Test
  void anyStretchOfTurnsIsSharedByWeight() {
    double[] weights = {1, 3, 6, 0, 90, 0.25};
    Rotation rotation = rotation(weights);
    double total = 100.25;
    Random random = new Random(1);
    for (int stretch : new int[] {10, 100, 1_000, 100_000}) {
      for (int run = 0; run < 20; run++) {
        int[] counts = counts(rotation, weights.length, random.nextLong(), stretch);
        for (int i = 0; i < weights.length; i++) {
          // Chance would be off by the square root of the stretch, this by a few turns.
          assertEquals(stretch * weights[i] / total, counts[i], 4, "turns of i" + i);
        }
      }
    }
  }

  @Test
  void anInstanceOfGreatWeightGetsNoLongBursts() {
    Rotation rotation = rotation(1, 1, 1, 1, 4);
    int burst = 0;
    for (int i = 0; i < 10_000; i++) {
      burst = rotation.candidate(rotation.at(i)).member().id().equals("i4") ? burst + 1 : 0;
      assertTrue(burst <= 2, "three in a row for half of the weight");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE - 2, Long.MIN_VALUE, -2})
  void equalWeightsTakeTurnsWhereverTheCountStands(long first) {
    Rotation rotation = rotation(2, 2, 2);
    List<Integer> differences = new ArrayList<>();
    int[] counts = counts(rotation, 3, first, 300);
    for (int count : counts) {
      differences.add(Math.abs(count - 100));
    }
    assertTrue(differences.stream().allMatch(difference -> difference <= 1), differences::toString);
  }

  @Test
  void thousandsOfWeightsAndTheGreatestAreNoTrouble() {
    double[] weights = IntStream.range(0, 5_000).mapToDouble(i -> Integer.MAX_VALUE - i).toArray();
    int[] counts = counts(rotation(weights), weights.length, 0, 50_000);
    for (int count : counts) {
      assertEquals(10, count, 3);
    }
  }

  @Test
  void itPrintsShares() {
    assertEquals("i0 10%, i1 30%, i3 60%", rotation(1, 3, 0, 6).toString());
    assertTrue(rotation(new double[12]).toString().isEmpty());
    assertTrue(
        rotation(IntStream.range(0, 12).mapToDouble(i -> 1).toArray())
            .toString()
            .endsWith("i9 8%, and 2 more"));
  }
}
