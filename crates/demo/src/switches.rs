//! The shop's defects: each one a switch.

use std::fmt;

macro_rules! switches {
    ($($field:ident $name:literal $about:literal,)*) => {
        /// Which of the shop's defects are on.
        ///
        /// [`Switches::all`] is what the demo starts with; under [`Switches::none`] the shop keeps its contract.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Switches {
            $(#[doc = $about] pub $field: bool,)*
        }

        impl Switches {
            /// Every switch: its name on the command line and what it does.
            pub const LIST: &'static [(&'static str, &'static str)] = &[$(($name, $about),)*];

            /// Every defect on.
            pub const fn all() -> Self {
                Self { $($field: true,)* }
            }

            /// Every defect off.
            pub const fn none() -> Self {
                Self { $($field: false,)* }
            }

            fn turn_on(&mut self, name: &str) -> bool {
                match name {
                    $($name => self.$field = true,)*
                    _ => return false,
                }
                true
            }

            /// The names of the defects that are on, in the order of [`Switches::LIST`].
            pub fn names(&self) -> Vec<&'static str> {
                let mut names = Vec::new();
                $(if self.$field { names.push($name); })*
                names
            }
        }
    };
}

switches! {
    shadow_export "shadow-export" "an undocumented export answers with every customer's e-mail address, without a credential",
    open_subscribers "open-subscribers" "the list of newsletter subscribers is documented as secured, yet answers anyone",
    legacy_v1 "legacy-v1" "the deprecated v1 catalogue still answers",
    password_hash "password-hash" "the account of a customer carries the hash of the password",
    review_author "review-author" "a review carries the whole record of its author, password hash included, for anyone",
    internal_cost "internal-cost" "a product carries what the shop paid for it",
    card_number "card-number" "an order carries the full card number",
    bola_orders "bola-orders" "any customer reads any order",
    bfla_admin "bfla-admin" "any customer lists all customers",
    mass_assignment "mass-assignment" "a customer may set the own role",
    verbose_errors "verbose-errors" "an unexpected body is answered with an internal trace",
    login_oracle "login-oracle" "the log-in says whether an e-mail address is known",
    login_unlimited "login-unlimited" "the log-in may be tried without limit",
    unbounded_page "unbounded-page" "a list may be asked for in pages of any size",
}

impl Switches {
    /// Reads `all`, `none`, or a comma-separated list of names.
    ///
    /// # Errors
    /// [`UnknownSwitch`] with the first name that is not in [`Switches::LIST`].
    pub fn parse(text: &str) -> Result<Self, UnknownSwitch> {
        match text.trim() {
            "all" => return Ok(Self::all()),
            "none" => return Ok(Self::none()),
            _ => {}
        }
        let mut switches = Self::none();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if !switches.turn_on(name) {
                return Err(UnknownSwitch(name.to_owned()));
            }
        }
        Ok(switches)
    }
}

impl std::str::FromStr for Switches {
    type Err = UnknownSwitch;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// A name that is no switch of the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownSwitch(pub String);

impl fmt::Display for UnknownSwitch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "no defect is called {:?}; known: all, none", self.0)?;
        for (name, _) in Switches::LIST {
            write!(out, ", {name}")?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownSwitch {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_turns_on_what_it_names_and_nothing_else() {
        let switches = Switches::parse("bola-orders, card-number").unwrap();
        assert_eq!(switches.names(), ["card-number", "bola-orders"]);
        assert_eq!(Switches::parse("none").unwrap(), Switches::none());
        assert_eq!(Switches::parse("all").unwrap().names().len(), Switches::LIST.len());
    }

    #[test]
    fn an_unknown_name_is_refused_and_the_known_ones_are_listed() {
        let error = Switches::parse("bola-orders,bola-order").unwrap_err();
        assert_eq!(error, UnknownSwitch("bola-order".to_owned()));
        assert!(error.to_string().contains("shadow-export"));
    }
}
