//! Packets of an interface, through a packet socket of Linux (packet(7)).

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, LinkAddr, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrLike, bind,
    cmsg_space, recvmsg, setsockopt, socket, sockopt,
};
use nix::sys::time::TimeVal;
use std::collections::BTreeMap;
use std::io::IoSliceMut;
use std::os::fd::{AsRawFd, OwnedFd};

/// Longest packet: offloading puts segments together to 64 KiB, and to more where that was asked for.
const LONGEST: usize = 256 << 10;
/// Type of the loopback device (`ARPHRD_LOOPBACK`).
const LOOPBACK: u16 = 772;
/// The kind of a packet that goes out (`PACKET_OUTGOING`).
const OUTGOING: u8 = 4;
/// How long a call waits for a packet.
const WAIT: TimeVal = TimeVal::new(0, 100_000);

/// An open packet socket.
pub struct PacketSocket {
    socket: OwnedFd,
    buffer: Vec<u8>,
    control: Vec<u8>,
    dropped: Dropped,
}

/// Packets that the kernel dropped because nobody took them in time: a counter of 32 bits that turns over.
#[derive(Default)]
struct Dropped {
    last: u32,
    sum: u64,
}

impl Dropped {
    fn now(&mut self, count: u32) {
        self.sum += u64::from(count.wrapping_sub(self.last));
        self.last = count;
    }
}

/// A packet from its network header on.
pub struct Packet<'b> {
    /// Its EtherType.
    pub protocol: u16,
    /// Microseconds since the Unix epoch; none when the kernel does not say.
    pub time: Option<i64>,
    /// Its bytes; those beyond 256 KiB are not there.
    pub bytes: &'b [u8],
}

impl PacketSocket {
    /// Opens a socket for an interface, `any` for all of them. The kernel keeps up to so many bytes of packets.
    ///
    /// # Errors
    /// What is missing, in words for the user.
    pub fn open(interface: &str, buffer: usize) -> Result<Self, String> {
        let known = interfaces()?;
        let address = known.get(interface);
        if address.is_none() && interface != "any" {
            let names: Vec<&str> = known.keys().map(String::as_str).collect();
            return Err(format!("there is no interface {interface:?}; there are {}, and any", names.join(", ")));
        }
        // Datagrams begin with the network header, whatever the interface puts before it.
        let opened = socket(AddressFamily::Packet, SockType::Datagram, SockFlag::SOCK_CLOEXEC, SockProtocol::EthAll);
        let socket = opened.map_err(|error| match error {
            Errno::EPERM | Errno::EACCES => {
                "capturing needs the capability CAP_NET_RAW: run it as root, or give it once with: \
                 sudo setcap cap_net_raw+ep $(command -v palisade)"
                    .to_owned()
            }
            error => format!("cannot open a packet socket: {}", error.desc()),
        })?;
        let failed = |doing: &str, error: Errno| format!("cannot {doing} a packet socket: {}", error.desc());
        if let Some(address) = address {
            bind(socket.as_raw_fd(), address).map_err(|error| failed("bind", error))?;
        }
        // Beyond the system's bound only with another capability; what the system allows does too.
        if setsockopt(&socket, sockopt::RcvBufForce, &buffer).is_err() {
            setsockopt(&socket, sockopt::RcvBuf, &buffer).map_err(|error| failed("set up", error))?;
        }
        setsockopt(&socket, sockopt::RxqOvfl, &1).map_err(|error| failed("set up", error))?;
        setsockopt(&socket, sockopt::ReceiveTimestamp, &true).map_err(|error| failed("set up", error))?;
        setsockopt(&socket, sockopt::ReceiveTimeout, &WAIT).map_err(|error| failed("set up", error))?;
        let control = vec![0; cmsg_space::<TimeVal>() + cmsg_space::<u32>()];
        Ok(Self { socket, buffer: vec![0; LONGEST], control, dropped: Dropped::default() })
    }

    /// Packets that the kernel dropped, as far as it said so: it says it with the next packet.
    pub fn dropped(&self) -> u64 {
        self.dropped.sum
    }

    /// The next packet; none when there is none for a while, or it is one that is seen twice.
    ///
    /// # Errors
    /// When the interface is gone.
    pub fn next(&mut self) -> Result<Option<Packet<'_>>, String> {
        let mut slices = [IoSliceMut::new(&mut self.buffer)];
        let read = recvmsg::<LinkAddr>(
            self.socket.as_raw_fd(),
            &mut slices,
            Some(self.control.as_mut_slice()),
            MsgFlags::empty(),
        );
        let message = match read {
            Ok(message) => message,
            Err(Errno::EAGAIN | Errno::EINTR) => return Ok(None),
            Err(error) => return Err(format!("the capture ends: {}", error.desc())),
        };
        let mut time = None;
        for said in message.cmsgs().into_iter().flatten() {
            match said {
                ControlMessageOwned::ScmTimestamp(at) => time = Some(at.tv_sec() * 1_000_000 + at.tv_usec()),
                ControlMessageOwned::RxqOvfl(count) => self.dropped.now(count),
                _ => {}
            }
        }
        let (length, address) = (message.bytes, message.address);
        let Some(address) = address else { return Ok(None) };
        // What goes out on loopback comes in too.
        if address.hatype() == LOOPBACK && address.pkttype() == OUTGOING {
            return Ok(None);
        }
        let bytes = self.buffer.get(..length).unwrap_or_default();
        Ok(Some(Packet { protocol: u16::from_be(address.protocol()), time, bytes }))
    }
}

/// Every interface with its link address.
fn interfaces() -> Result<BTreeMap<String, LinkAddr>, String> {
    let all = nix::ifaddrs::getifaddrs().map_err(|error| format!("cannot list the interfaces: {}", error.desc()))?;
    let link = |address: &nix::sys::socket::SockaddrStorage| {
        (address.family() == Some(AddressFamily::Packet)).then(|| address.as_link_addr().copied()).flatten()
    };
    Ok(all.filter_map(|one| Some((one.interface_name, one.address.as_ref().and_then(link)?))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_counter_may_turn_over() {
        let mut dropped = Dropped::default();
        for count in [0, 7, u32::MAX - 1, 3] {
            dropped.now(count);
        }
        assert_eq!(dropped.sum, u64::from(u32::MAX) + 4);
    }

    #[test]
    fn loopback_is_an_interface() {
        assert!(interfaces().is_ok_and(|known| known.contains_key("lo")));
        let error = PacketSocket::open("no-such-0", 1 << 20).err().unwrap_or_default();
        assert!(
            error.starts_with("there is no interface \"no-such-0\"; there are ") && error.contains("lo"),
            "{error}"
        );
    }
}
