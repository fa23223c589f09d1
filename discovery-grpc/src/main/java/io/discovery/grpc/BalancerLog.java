package io.discovery.grpc;

import io.grpc.ChannelLogger;
import io.grpc.ChannelLogger.ChannelLogLevel;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What the policy tells whoever looks into a channel: in channelz, or in the log of gRPC. */
final class BalancerLog {
  private static final int SHOWN = 10;

  private final ChannelLogger logger;
  private long localPercent = 100;

  BalancerLog(ChannelLogger logger) {
    this.logger = logger;
  }

  /** There are other instances now, or the same with other weights. */
  void members(Collection<Member> before, Collection<Member> after, int connected) {
    Map<String, Member> gone = new HashMap<>();
    before.forEach(member -> gone.put(member.id(), member));
    List<String> come = new ArrayList<>();
    List<String> changed = new ArrayList<>();
    for (Member member : after) {
      Member earlier = gone.remove(member.id());
      if (earlier == null) {
        come.add(member.label());
      } else if (earlier.weight() != member.weight()) {
        changed.add(member.label() + " weight " + earlier.weight() + " to " + member.weight());
      }
    }
    if (!come.isEmpty() || !changed.isEmpty() || !gone.isEmpty()) {
      logger.log(
          ChannelLogLevel.INFO,
          "discovery: {0} instances, {1} of them used{2}{3}{4}",
          Integer.toString(after.size()),
          Integer.toString(connected),
          list("; new: ", come),
          list("; gone: ", gone.values().stream().map(Member::label).toList()),
          list("; changed: ", changed));
    }
  }

  /** Calls go elsewhere now. */
  void choice(Choice choice) {
    logger.log(ChannelLogLevel.DEBUG, "discovery: calls go to {0}", choice);
    if (choice instanceof Choice.Ready ready) {
      long percent = Math.round(ready.local() * 100);
      if (percent != localPercent) {
        localPercent = percent;
        logger.log(
            ChannelLogLevel.INFO,
            "discovery: {0}% of the calls stay in the own zone",
            Long.toString(percent));
      }
    }
  }

  /** The name resolver has failed. */
  void error(Status status) {
    logger.log(ChannelLogLevel.WARNING, "discovery: name resolution: {0}", status);
  }

  private static String list(String title, List<String> some) {
    if (some.isEmpty()) {
      return "";
    }
    String more = some.size() > SHOWN ? ", and " + (some.size() - SHOWN) + " more" : "";
    return title + some.stream().sorted().limit(SHOWN).collect(Collectors.joining(", ")) + more;
  }
}
